import { payoutChanged, type PayoutChangedState } from '@florin/contracts';
import { newId } from '@florin/kernel';
import type { Client } from 'pg';
import { type House, storyAt } from './house';
import type { Stores } from './stores';
import { accounts, currency, type Member } from './things';
import type { Till } from './till';

type State = 'requested' | 'held' | 'submitted' | 'unknown' | 'paid' | 'returned';

export interface Payout {
  id: string;
  member: Member;
  amountMinor: number;
  feeMinor: number;
}

/** Withdrawals of one member: one that waits, one that nobody knows of, one that was paid, one that came back. */
export interface Payouts {
  waiting: Payout;
  unknown: Payout;
  paid: Payout;
  returned: Payout;
  batchId: string;
  officer: string;
}

const told: Record<State, PayoutChangedState> = {
  requested: 'requested',
  held: 'approved',
  submitted: 'submitted',
  unknown: 'unknown',
  paid: 'paid',
  returned: 'returned',
};
const payoutsOf = (merchantId: string): string => `merchant:${merchantId}:payouts:${currency}`;
const feesOf = (merchantId: string): string => `merchant:${merchantId}:payout-fees:${currency}`;

/** Money that members take out. */
export class Withdrawals {
  private readonly beneficiaryId = newId();
  private readonly batchId = newId();
  private readonly officer = newId();
  private readonly batch: Payout[] = [];

  constructor(private readonly house: House) {}

  tell(member: Member, till: Till): Payouts {
    const { stores } = this.house;
    till.topup(member, 3_000);
    const { id: member_id, merchantId: merchant_id } = member;
    stores.account('wallet', payoutsOf(merchant_id), currency, true);
    stores.account('wallet', feesOf(merchant_id), currency, true);
    stores.add('wallet', 'payout_beneficiaries', {
      ...{ id: this.beneficiaryId, merchant_id, member_id, slot: 1, sealed: 'local.key.text', fingerprint: 'print' },
      ...{ iban_masked: 'DE•• •••• 3000', holder_masked: 'C•••', country: 'DE', verification: 'verified' },
      created_at: storyAt,
    });
    const waiting = this.withdraw(member, 200, ['requested']);
    const unknown = this.withdraw(member, 300, ['requested', 'held', 'unknown']);
    const paid = this.withdraw(member, 500, ['requested', 'held', 'unknown', 'submitted', 'paid']);
    const returned = this.withdraw(member, 400, ['requested', 'held', 'submitted', 'paid', 'returned']);
    stores.add('wallet', 'payout_batches', {
      ...{ id: this.batchId, merchant_id, currency, withdrawals: this.batch.length, gathered_by: 'story' },
      total_minor: this.batch.reduce((sum, { amountMinor, feeMinor }) => sum + amountMinor - feeMinor, 0),
      created_at: storyAt,
    });
    return { waiting, unknown, paid, returned, batchId: this.batchId, officer: this.officer };
  }

  /** The journals that came of it get their names, and the money that came back its own: a reversal needs the id of what it reverses. */
  static async giveBack(stores: Stores, { paid, returned }: Payouts): Promise<void> {
    const name = async (client: Client, { id }: Payout) => {
      const { rows } = await client.query<{ id: string }>('SELECT id FROM ledger_journals WHERE key = $1', [
        `paid:withdrawal:${id}`,
      ]);
      await client.query('UPDATE wallet_withdrawals SET journal_id = $2 WHERE id = $1', [id, rows[0]?.id]);
      return rows[0]?.id ?? '';
    };
    await stores.onDatabase('wallet', async (client) => {
      await client.query('SET session_replication_role = replica');
      await name(client, paid);
      const journalId = await name(client, returned);
      const reference = `withdrawal:${returned.id}`;
      stores.book('wallet', {
        operation: 'reverse',
        input: { key: `returned:${reference}`, journalId, reference },
      });
    });
    await stores.fill();
  }

  private withdraw(member: Member, amountMinor: number, states: State[]): Payout {
    const payout: Payout = { id: newId(), member, amountMinor, feeMinor: 20 };
    const state = states.at(-1) ?? 'requested';
    const isApproved = state !== 'requested';
    if (isApproved) this.batch.push(payout);
    this.row(payout, state, isApproved);
    states.forEach((to, index) => this.step(payout, states[index - 1] ?? 'requested', to));
    this.books(payout, state);
    for (const each of states) this.say(payout, told[each]);
    return payout;
  }

  private row({ id, member, amountMinor, feeMinor }: Payout, state: State, isApproved: boolean): void {
    const { stores } = this.house;
    const isPaid = state === 'paid' || state === 'returned';
    stores.add('wallet', 'wallet_withdrawals', {
      ...{ id, merchant_id: member.merchantId, member_id: member.id, beneficiary_id: this.beneficiaryId, currency },
      ...{ amount_minor: amountMinor, fee_minor: feeMinor, state, settings_version: 0, approvals_needed: 1 },
      ...{
        approvals_given: isApproved ? 1 : 0,
        batch_id: isApproved ? this.batchId : null,
        provider: 'modern_treasury',
      },
      ...{ action: state === 'unknown' ? 'query' : null, journal_id: isPaid ? id : null, is_late: false, attempts: 0 },
      ...{ first_asked_at: isApproved ? storyAt : null, next_at: storyAt, created_at: storyAt, updated_at: storyAt },
    });
    if (isApproved)
      stores.add('wallet', 'withdrawal_approvals', {
        ...{ withdrawal_id: id, approver_id: this.officer, requester_id: member.id, decision: 'approved' },
        decided_at: storyAt,
      });
  }

  private step({ id }: Payout, from: State, to: State): void {
    const learned_from =
      to === 'requested' ? 'request' : to === 'held' ? 'person' : from === 'unknown' ? 'query' : 'answer';
    this.house.stores.add('wallet', 'withdrawal_steps', {
      ...{ id: newId(), withdrawal_id: id, from_state: from, to_state: to, happened_at: storyAt },
      ...{
        learned_from: to === 'unknown' ? 'silence' : learned_from,
        evidence: from === 'unknown' ? 'provider:po' : null,
      },
    });
  }

  private books({ id, member, amountMinor, feeMinor }: Payout, state: State): void {
    const { stores } = this.house;
    const key = `withdrawal:${id}`;
    const account = accounts.wallet(member);
    stores.book('wallet', { operation: 'hold', input: { key, account, amountMinor, reference: key } });
    if (state !== 'paid' && state !== 'returned') return;
    stores.book('wallet', {
      operation: 'capture',
      input: {
        ...{ key: `paid:${key}`, kind: 'withdrawal', holdKey: key, amountMinor, final: true, reference: key },
        postings: [
          { account: payoutsOf(member.merchantId), amountMinor: amountMinor - feeMinor },
          { account: feesOf(member.merchantId), amountMinor: feeMinor },
        ],
      },
    });
  }

  private say({ id, member, amountMinor, feeMinor }: Payout, state: PayoutChangedState): void {
    const who = { withdrawalId: id, memberId: member.id, merchantId: member.merchantId, currency };
    const payoutMinor = amountMinor - feeMinor;
    this.house.say('wallet', payoutChanged, id, { ...who, amountMinor, feeMinor, payoutMinor, state });
  }
}
