import type { Tx } from '@florin/database';
import { assert, newId } from '@florin/kernel';
import { type JournalInput, Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import {
  clearingAccount,
  payoutAccount,
  processorFeesAccount,
  reconciliationDifferencesAccount,
  statementAccount,
  transitAccount,
} from '../accounts/money-accounts';
import type { StatementAccount } from './account-settings';
import { AccountsRepository } from './accounts.repository';
import { ExceptionsRepository } from './exceptions.repository';
import { textsOf } from './line-names';
import { LinesRepository } from './lines.repository';
import type { Match } from './match';
import type { TargetKind } from './matching-rules';
import { type MadeMatch, type Maker, MatchesRepository } from './matches.repository';
import { TellOwners } from './tell-owners';

/** Where the money of each kind of target waits until a statement shows it. */
const waitsIn: Record<TargetKind, (merchantId: string, currency: string) => string> = {
  payment: clearingAccount,
  refund: clearingAccount,
  transfer: transitAccount,
  payout: payoutAccount,
  payout_return: payoutAccount,
};

/**
 * Gives matches their effect, once each: the money moves in the books from where it waited to the account whose statement shows it, the
 * fee becomes a cost, a difference is booked as one. A match whose line or target was taken meanwhile is left out.
 */
@Injectable()
export class BookMatches {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly lines: LinesRepository,
    private readonly matches: MatchesRepository,
    private readonly exceptions: ExceptionsRepository,
    private readonly ledger: Ledger,
    private readonly tellOwners: TellOwners,
  ) {}

  /** Gives the matches that were made. Two unique indexes hold what is looked at first: one effect per line and per target. */
  async within(tx: Tx, account: StatementAccount, matches: readonly Match[], maker: Maker): Promise<MadeMatch[]> {
    if (matches.length === 0) return [];
    await this.accounts.lock(tx, account.id);
    const free = await this.stillFree(tx, account, matches);
    if (free.length === 0) return [];
    const named = free.map((match) => ({ id: newId(), match }));
    // Before the books: whoever changes a payment or a withdrawal locks it first and posts then.
    await this.tellOwners.matched(tx, account, named);
    const posted = await this.ledger.post(
      tx,
      named.map(({ id, match }) => journalOf(account, id, match)),
    );
    const made = named.map(({ id, match }, index): MadeMatch => {
      const answer = posted[index];
      assert(answer?.ok, `a match is always postable: ${answer?.ok === false ? answer.detail : ''}`);
      return { id, match, journalId: answer.journalId };
    });
    await this.matches.insert(tx, account, made, maker);
    const lineIds = made.flatMap(({ match }) => match.lines.map(({ id }) => id));
    await this.lines.move(tx, lineIds, 'matched');
    await this.matches.insertTransfers(tx, account, made.filter(({ match }) => sendsOn(match)).map(transferOf));
    await this.exceptions.settle(tx, account, made, maker.by);
    return made;
  }

  private async stillFree(tx: Tx, account: StatementAccount, matches: readonly Match[]): Promise<Match[]> {
    const lineIds = matches.flatMap(({ lines }) => lines.map(({ id }) => id));
    const open = new Set((await this.lines.lockOpen(tx, account.id, lineIds)).map(({ id }) => id));
    const taken = await this.matches.taken(
      tx,
      matches.flatMap(({ targets }) => targets),
    );
    return matches.filter(
      ({ lines, targets }) =>
        lines.every(({ id }) => open.has(id)) && !targets.some(({ kind, id }) => taken.has(`${kind}:${id}`)),
    );
  }
}

/** A match without targets whose money went somewhere else began a transfer. */
const sendsOn = ({ targets, targetMinor }: Match): boolean => targets.length === 0 && targetMinor !== 0;

function transferOf({ id, match }: MadeMatch): { id: string; amountMinor: number; on: string; names: string[] } {
  const [line] = match.lines;
  assert(line, 'a match has a line');
  return { id, amountMinor: match.targetMinor, on: line.bookedOn, names: [...textsOf(line), id] };
}

/**
 * Σ targets leave where they waited; what the account shows, the fee and the difference take their place. What we have is below zero,
 * so an account that grows by the line goes down by it.
 */
function journalOf(account: StatementAccount, id: string, match: Match): JournalInput {
  const { merchantId, currency } = account;
  const waiting = new Map<string, number>();
  for (const { kind, amountMinor } of match.targets) {
    const code = waitsIn[kind](merchantId, currency);
    waiting.set(code, (waiting.get(code) ?? 0) + amountMinor);
  }
  if (sendsOn(match)) waiting.set(transitAccount(merchantId, currency), match.targetMinor);
  const postings = [
    ...[...waiting].map(([code, amountMinor]) => ({ account: code, amountMinor })),
    { account: statementAccount(merchantId, account.id, currency), amountMinor: 0 - match.lineMinor },
    { account: processorFeesAccount(merchantId, currency), amountMinor: 0 - match.feeMinor },
    { account: reconciliationDifferencesAccount(merchantId, currency), amountMinor: match.differenceMinor },
  ];
  return {
    key: `reconciliation:${id}`,
    kind: 'reconciliation',
    reference: `reconciliation:${id}`,
    metadata: { rule: match.rule, booked_on: match.lines[0]?.bookedOn ?? null },
    postings: postings.filter(({ amountMinor }) => amountMinor !== 0),
  };
}
