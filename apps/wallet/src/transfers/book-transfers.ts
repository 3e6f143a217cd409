import type { Tx } from '@florin/database';
import { Refusal } from '@florin/kernel';
import { Ledger, type Posted, type Refused } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { walletAccount } from '../accounts/money-accounts';
import { OpenWallets } from '../accounts/open-wallets';
import { type Transfer, TransfersRepository } from './transfers.repository';

export type Booked = { journalId: string; refusal?: undefined } | { refusal: Refusal; journalId?: undefined };

/** Books transfers in the ledger, one journal each. */
@Injectable()
export class BookTransfers {
  constructor(
    private readonly ledger: Ledger,
    private readonly openWallets: OpenWallets,
    private readonly transfers: TransfersRepository,
  ) {}

  /** Gives journal or refusal in the order asked. Costs nothing more than the ledger when all wallets exist, which is nearly always. */
  async within(tx: Tx, transfers: readonly Transfer[]): Promise<Booked[]> {
    const posted = await this.post(tx, transfers, 'transfer');
    const booked = posted.map((answer, index) => bookedAs(answer, transfers[index]));
    const strangers = posted.flatMap((answer, index) =>
      !answer.ok && answer.code === 'account_unknown' ? [index] : [],
    );
    if (strangers.length === 0) return booked;
    const again = await this.toNewWallets(
      tx,
      strangers.map((index) => transfers[index] as Transfer),
    );
    strangers.forEach((index, position) => (booked[index] = again[position] as Booked));
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
    const booked = new Map(sound.map((transfer, index) => [transfer, bookedAs(posted[index], transfer)]));
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

function bookedAs(answer: Posted | undefined, transfer: Transfer | undefined): Booked {
  if (!answer || !transfer) throw new Error('the ledger answers every journal');
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
