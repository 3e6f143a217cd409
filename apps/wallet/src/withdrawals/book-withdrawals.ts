import type { Tx } from '@florin/database';
import { assert, present } from '@florin/kernel';
import { type Command, Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { payoutAccount, payoutFeesAccount, payoutShortfallAccount, walletAccount } from '../accounts/money-accounts';
import { type Move, payoutOf, type Withdrawal } from './withdrawal';
import { isOpen } from './withdrawal-states';

const referenceOf = ({ id }: Withdrawal): string => `withdrawal:${id}`;
const holdKeyOf = referenceOf;

/** Moves the money of withdrawals in the books, as their states change. */
@Injectable()
export class BookWithdrawals {
  constructor(private readonly ledger: Ledger) {}

  /** Sets the whole amount aside, fee and all. Gives false when the wallet does not hold that much. */
  async hold(tx: Tx, withdrawal: Withdrawal): Promise<boolean> {
    const [answer] = await this.ledger.hold(tx, [
      {
        key: holdKeyOf(withdrawal),
        account: walletAccount(withdrawal),
        amountMinor: withdrawal.amountMinor,
        reference: referenceOf(withdrawal),
      },
    ]);
    if (answer?.ok) return true;
    assert(answer?.code === 'insufficient_funds', `a withdrawal can be held: ${answer?.detail ?? 'no answer'}`);
    return false;
  }

  /** Books what each move means: taken when paid, free when it came to nothing, back by a linked journal when it was returned. */
  async follow(tx: Tx, moves: readonly Move[]): Promise<Move[]> {
    const freed = moves.filter(({ from, to }) => isOpen(from.state) && !isOpen(to.state) && !isPaid(to));
    const paid = moves.filter(({ from, to }) => !isPaid(from) && isPaid(to));
    const returned = moves.filter(({ from, to }) => from.state !== 'returned' && to.state === 'returned');
    if (paid.length > 0) await this.openAccounts(tx, paid);
    const ids = await this.apply(tx, [
      ...freed.map(({ to }): Command => ({
        operation: 'void',
        input: { key: `void:${referenceOf(to)}`, holdKey: holdKeyOf(to) },
      })),
      ...paid.map(payment),
    ]);
    const journals = new Map(paid.map(({ to }, index) => [to.id, ids[freed.length + index]]));
    const booked = moves.map((move) => withJournal(move, journals.get(move.to.id)));
    // The journal that is taken back may have been written just now.
    await this.apply(
      tx,
      booked
        .filter(({ to }) => returned.some((move) => move.to.id === to.id))
        .map(({ to }) => ({
          operation: 'reverse',
          input: {
            key: `returned:${referenceOf(to)}`,
            journalId: present(to.journalId, 'what comes back was paid'),
            reference: referenceOf(to),
          },
        })),
    );
    return booked;
  }

  private async openAccounts(tx: Tx, moves: readonly Move[]): Promise<void> {
    const accounts = moves.flatMap(({ to: { merchantId, currency } }) =>
      [payoutAccount, payoutFeesAccount, payoutShortfallAccount].map((account) => ({
        code: account(merchantId, currency),
        asset: currency,
        allowNegative: true,
      })),
    );
    await this.ledger.open(tx, [...new Map(accounts.map((account) => [account.code, account])).values()]);
  }

  private async apply(tx: Tx, commands: readonly Command[]): Promise<string[]> {
    if (commands.length === 0) return [];
    const answers = await this.ledger.apply(tx, commands);
    return answers.map((answer) => {
      assert(answer.ok, `what was set aside can be moved: ${answer.ok ? '' : answer.detail}`);
      return answer.id;
    });
  }
}

const isPaid = ({ state }: Withdrawal): boolean => state === 'paid' || state === 'returned';

/** The hold is taken. Where it was given back before, the member has the money twice, and owes it: their wallet is not touched unasked. */
function payment({ from, to }: Move): Command {
  const { merchantId, currency, amountMinor, feeMinor } = to;
  const paidOut = { account: payoutAccount(merchantId, currency), amountMinor: payoutOf(to) };
  if (!isOpen(from.state))
    return {
      operation: 'post',
      input: {
        key: `late:${referenceOf(to)}`,
        kind: 'withdrawal_late',
        reference: referenceOf(to),
        postings: [{ account: payoutShortfallAccount(merchantId, currency), amountMinor: -payoutOf(to) }, paidOut],
      },
    };
  const fee = { account: payoutFeesAccount(merchantId, currency), amountMinor: feeMinor };
  return {
    operation: 'capture',
    input: {
      key: `paid:${referenceOf(to)}`,
      kind: 'withdrawal',
      holdKey: holdKeyOf(to),
      amountMinor,
      final: true,
      reference: referenceOf(to),
      postings: feeMinor > 0 ? [paidOut, fee] : [paidOut],
    },
  };
}

function withJournal(move: Move, journalId: string | undefined): Move {
  if (journalId === undefined) return move;
  return { ...move, to: { ...move.to, journalId, isLate: !isOpen(move.from.state) } };
}
