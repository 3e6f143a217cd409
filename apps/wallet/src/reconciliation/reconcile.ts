import { isUniqueViolation, Transactions } from '@florin/database';
import { Injectable } from '@nestjs/common';
import type { StatementAccount } from './account-settings';
import { AccountsRepository } from './accounts.repository';
import { BookMatches } from './book-matches';
import type { NewException } from './exceptions.repository';
import { LinesRepository } from './lines.repository';
import type { Match } from './match';
import { PlanMatches } from './plan-matches';
import { RaiseExceptions, type Reconciled } from './raise-exceptions';
import { whyLeft } from './why-left';

/** Lines whose explanations are looked for together. */
const roundOfLines = 5_000;
/** Matches of one transaction: it holds the clearing account, which every capture of the merchant posts to. */
const matchesAtOnce = 200;
const exceptionsAtOnce = 500;
/** Tries of a set of matches of which another account took a target meanwhile. */
const mostTries = 3;

/** Tries the rules of an account on its open lines, gives what they explain its effect, and raises the rest as exceptions. Safe to repeat. */
@Injectable()
export class Reconcile {
  constructor(
    private readonly transactions: Transactions,
    private readonly accounts: AccountsRepository,
    private readonly planMatches: PlanMatches,
    private readonly bookMatches: BookMatches,
    private readonly raise: RaiseExceptions,
    private readonly lines: LinesRepository,
  ) {}

  /** Every open line of the account once; stops between two sets when the signal aborts. */
  async execute(accountId: string, signal?: AbortSignal): Promise<Reconciled> {
    const done: Reconciled = { matched: 0, raised: 0, open: 0 };
    const account = await this.transactions.run((tx) => this.accounts.find(tx, accountId, null));
    if (!account) return done;
    let after: { bookedOn: string; id: string } | undefined;
    while (!signal?.aborted) {
      const cursor = after;
      const lines = await this.transactions.run((tx) => this.lines.open(tx, account.id, cursor, roundOfLines));
      after = lines.at(-1);
      if (lines.length === 0) break;
      const { matches, left, named } = await this.transactions.run((tx) => this.planMatches.within(tx, account, lines));
      for (const set of slicesOf(matches, matchesAtOnce)) done.matched += await this.book(account, set);
      const exceptions = whyLeft(left, named, account.currency).map((one) => ({ ...one, target: null }));
      done.raised += await this.open(account, exceptions);
      done.open += left.length;
      if (lines.length < roundOfLines) break;
    }
    if (account.kind === 'processor') done.raised += await this.raise.missing(account);
    await this.transactions.run((tx) => this.raise.completed(tx, account, done));
    return done;
  }

  private async book(account: StatementAccount, matches: readonly Match[]): Promise<number> {
    for (let tries = 1; ; tries += 1) {
      try {
        const made = await this.transactions.run((tx) => this.bookMatches.within(tx, account, matches, { by: 'rule' }));
        return made.reduce((sum, { match }) => sum + match.lines.length, 0);
      } catch (error) {
        if (!isUniqueViolation(error) || tries === mostTries) throw error;
      }
    }
  }

  private async open(account: StatementAccount, found: readonly NewException[]): Promise<number> {
    let raised = 0;
    for (const set of slicesOf(found, exceptionsAtOnce))
      raised += await this.transactions.run((tx) => this.raise.within(tx, account, set));
    return raised;
  }
}

function* slicesOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
