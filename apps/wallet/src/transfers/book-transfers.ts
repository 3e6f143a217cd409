import type { Tx } from '@florin/database';
import { present, Refusal } from '@florin/kernel';
import { Ledger, type Posted, type Refused } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { walletAccount } from '../accounts/money-accounts';
import { OpenWallets } from '../accounts/open-wallets';
import { Limits } from '../limits/limits';
import { type Transfer, TransfersRepository } from './transfers.repository';

export type Booked = { journalId: string; refusal?: undefined } | { refusal: Refusal; journalId?: undefined };

const outKey = ({ id }: Transfer): string => `transfer:${id}:out`;
const inKey = ({ id }: Transfer): string => `transfer:${id}:in`;

/** Books transfers in the ledger, one journal each, as far as limits and freezes of both members allow. */
@Injectable()
export class BookTransfers {
  constructor(
    private readonly ledger: Ledger,
    private readonly openWallets: OpenWallets,
    private readonly transfers: TransfersRepository,
    private readonly limits: Limits,
  ) {}

  /** Gives journal or refusal in the order asked. */
  async within(tx: Tx, transfers: readonly Transfer[]): Promise<Booked[]> {
    const refusals = await this.take(tx, transfers);
    const allowed = transfers.filter((transfer) => !refusals.has(transfer));
    const posted = await this.book(tx, allowed);
    const booked = new Map(allowed.map((transfer, index) => [transfer, posted[index]]));
    const undone = transfers.filter((transfer) => booked.get(transfer)?.journalId === undefined);
    await this.limits.giveBack(
      tx,
      undone.flatMap((transfer) => [outKey(transfer), inKey(transfer)]),
    );
    return transfers.map((transfer) => {
      const refusal = refusals.get(transfer);
      return refusal ? { refusal } : present(booked.get(transfer), 'the ledger answers every journal');
    });
  }

  /** Counts both sides; gives why a transfer may not be. */
  private async take(tx: Tx, transfers: readonly Transfer[]): Promise<Map<Transfer, Refusal>> {
    const taken = await this.limits.take(
      tx,
      transfers.flatMap((transfer) => [
        { ...transfer, key: outKey(transfer), memberId: transfer.fromMemberId, operation: 'transfer' as const },
        { ...transfer, key: inKey(transfer), memberId: transfer.toMemberId, operation: 'receive' as const },
      ]),
    );
    const refusals = new Map<Transfer, Refusal>();
    transfers.forEach((transfer, index) => {
      const [given, got] = [taken[2 * index], taken[2 * index + 1]];
      if (given?.ok === false) refusals.set(transfer, new Refusal('unprocessable', given.code, given.reason));
      // Why the other side cannot take it is theirs to know.
      else if (got?.ok === false) refusals.set(transfer, recipientCannot());
    });
    return refusals;
  }

  /** Costs nothing more than the ledger when all wallets exist, which is nearly always. */
  private async book(tx: Tx, transfers: readonly Transfer[]): Promise<Booked[]> {
    if (transfers.length === 0) return [];
    const posted = await this.post(tx, transfers, 'transfer');
    const booked = posted.map(bookedAs);
    const strangers = posted.flatMap((answer, index) =>
      !answer.ok && answer.code === 'account_unknown' ? [index] : [],
    );
    if (strangers.length === 0) return booked;
    const again = await this.toNewWallets(
      tx,
      strangers.map((index) => present(transfers[index], 'an answer is to a transfer')),
    );
    strangers.forEach((index, position) => (booked[index] = present(again[position], 'every stranger is answered')));
    return booked;
  }

  /** Opens wallets for members whom the merchant knows from another currency, and posts again; refuses the rest. */
  private async toNewWallets(tx: Tx, transfers: readonly Transfer[]): Promise<Booked[]> {
    const known = await this.transfers.known(
      tx,
      transfers.map(({ merchantId, toMemberId }) => ({ merchantId, memberId: toMemberId })),
    );
    const sound = transfers.filter(({ merchantId, toMemberId }) => known.has(`${merchantId}:${toMemberId}`));
    await this.openWallets.within(
      tx,
      sound.map(({ merchantId, toMemberId, currency }) => ({ merchantId, memberId: toMemberId, currency })),
    );
    const posted = await this.post(tx, sound, 'transfer-to-new-wallet');
    const booked = new Map(sound.map((transfer, index) => [transfer, posted.map(bookedAs)[index]]));
    return transfers.map((transfer) => booked.get(transfer) ?? { refusal: recipientUnknown() });
  }

  private post(tx: Tx, transfers: readonly Transfer[], keyOf: string): Promise<Posted[]> {
    return this.ledger.post(
      tx,
      transfers.map(({ id, merchantId, fromMemberId, toMemberId, currency, amountMinor }) => ({
        key: `${keyOf}:${id}`,
        kind: 'transfer',
        reference: `transfer:${id}`,
        postings: [
          { account: walletAccount({ merchantId, memberId: fromMemberId, currency }), amountMinor: -amountMinor },
          { account: walletAccount({ merchantId, memberId: toMemberId, currency }), amountMinor },
        ],
      })),
    );
  }
}

function bookedAs(answer: Posted): Booked {
  return answer.ok ? { journalId: answer.journalId } : { refusal: refusalOf(answer) };
}

function refusalOf({ code, detail }: Refused): Refusal {
  switch (code) {
    // Whoever never had money in the currency has no account in it.
    case 'account_unknown':
    case 'insufficient_funds':
      return new Refusal('unprocessable', 'insufficient_funds', 'The wallet does not hold that much.');
    case 'account_closed':
      return new Refusal('unprocessable', 'wallet_closed', 'One of the two wallets is closed.');
    case 'overflow':
      return Refusal.field(
        'unprocessable',
        'amount_minor',
        'overflow',
        'The wallet would hold more than can be counted.',
      );
    default:
      throw new Error(`a transfer is always postable: ${detail}`);
  }
}

function recipientUnknown(): Refusal {
  return Refusal.field(
    'unprocessable',
    'to_member_id',
    'recipient_unknown',
    'Nobody with this id has a wallet at this merchant.',
  );
}

function recipientCannot(): Refusal {
  return Refusal.field(
    'unprocessable',
    'to_member_id',
    'recipient_cannot_receive',
    'Their wallet cannot take that now.',
  );
}
