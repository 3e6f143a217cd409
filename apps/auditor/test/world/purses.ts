import { transferCompleted } from '@florin/contracts';
import { newId } from '@florin/kernel';
import type { Client } from 'pg';
import { type House, storyAt } from './house';
import { accounts, currency, type Member } from './things';

export interface Transfer {
  id: string;
}

/** Money between members, and journals by hand. */
export class Purses {
  constructor(private readonly house: House) {}

  give(from: Member, to: Member, amountMinor: number): Transfer {
    const { stores } = this.house;
    const id = newId();
    stores.account('wallet', accounts.wallet(to), currency);
    stores.add('wallet', 'wallet_transfers', {
      id,
      merchant_id: from.merchantId,
      from_member_id: from.id,
      to_member_id: to.id,
      currency,
      amount_minor: amountMinor,
      journal_id: newId(),
      created_at: storyAt,
    });
    stores.post('wallet', `transfer:${id}`, 'transfer', `transfer:${id}`, [
      [accounts.wallet(from), -amountMinor],
      [accounts.wallet(to), amountMinor],
    ]);
    this.house.say('wallet', transferCompleted, id, {
      transferId: id,
      merchantId: from.merchantId,
      fromMemberId: from.id,
      toMemberId: to.id,
      currency,
      amountMinor,
    });
    return { id };
  }

  /** A journal that came by itself, once, and one that two people wrote. */
  byHand(merchantId: string, amountMinor: number): void {
    const { stores } = this.house;
    const [schedule, proposal, entry, other] = [newId(), newId(), newId(), newId()];
    const [ann, bob] = ['ann', 'bob'];
    const [till, vault] = ['till', 'vault'].map((name) => `merchant:${merchantId}:books:${name}:${currency}`) as [
      string,
      string,
    ];
    for (const code of [till, vault]) stores.account('wallet', code, currency, true);
    const plan = { postings: [] };
    stores.add('wallet', 'ledger_schedules', {
      id: schedule,
      merchant_id: merchantId,
      plan,
      reason: 'Rent',
      every: 'once',
      starts_at: storyAt,
      state: 'ended',
      occurrence: 1,
      created_by: ann,
      created_at: storyAt,
    });
    stores.add('wallet', 'ledger_schedule_runs', {
      schedule_id: schedule,
      occurrence: 0,
      due_at: storyAt,
      ran_at: storyAt,
      journal_id: newId(),
    });
    stores.add('wallet', 'ledger_proposals', {
      id: proposal,
      merchant_id: merchantId,
      what: 'writing',
      plan,
      reason: 'Moved to the vault',
      state: 'approved',
      proposed_by: ann,
      proposed_at: storyAt,
      decided_by: bob,
      decided_at: storyAt,
    });
    const written = {
      merchant_id: merchantId,
      amount_minor: amountMinor,
      reason: 'Rent',
      created_by: ann,
      created_at: storyAt,
    };
    const scheduled = { key: `scheduled:${schedule}:0`, kind: 'scheduled', schedule_id: schedule, occurrence: 0 };
    stores.add('wallet', 'ledger_entries', { id: entry, journal_id: newId(), ...written, ...scheduled });
    const manual = { key: `entry:${other}`, kind: 'manual', approved_by: bob, proposal_id: proposal };
    stores.add('wallet', 'ledger_entries', { id: other, journal_id: newId(), ...written, ...manual });
    for (const { key, kind } of [scheduled, manual])
      stores.post('wallet', key, kind, key, [
        [till, -amountMinor],
        [vault, amountMinor],
      ]);
  }

  /** The ledger gives journals their ids: they are known once it has written them. */
  static async name(client: Client): Promise<void> {
    await client.query(`
      UPDATE wallet_transfers SET journal_id = journal.id FROM ledger_journals AS journal WHERE journal.reference = 'transfer:' || wallet_transfers.id;
      UPDATE ledger_entries SET journal_id = journal.id FROM ledger_journals AS journal WHERE journal.key = ledger_entries.key;
      UPDATE ledger_schedule_runs SET journal_id = entry.journal_id FROM ledger_entries AS entry
      WHERE entry.schedule_id = ledger_schedule_runs.schedule_id AND entry.occurrence = ledger_schedule_runs.occurrence`);
  }
}
