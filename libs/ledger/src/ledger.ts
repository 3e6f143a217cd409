import { type Clock, newId, present, Refusal } from '@florin/kernel';
import type { Tx } from '@florin/database';
import { applyGroups } from './apply';
import { noChanges } from './books';
import { giveBack } from './decide';
import { type Instant, readBalances, readBalancesAt } from './balances';
import { readDueHolds } from './read-books';
import {
  type HoldView,
  type JournalView,
  readHoldViews,
  readJournals,
  readStatement,
  type StatementLine,
  type StatementRange,
} from './statements';
import {
  type Account,
  type AccountInput,
  type Answer,
  type Balance,
  type CaptureInput,
  type Command,
  type Group,
  type GroupAnswer,
  type Held,
  type HoldInput,
  type JournalInput,
  maxSetSize,
  type Posted,
  type Reader,
  type ReverseInput,
  type VoidInput,
} from './types';
import { accountFault } from './validate';
import { writeChanges } from './write-changes';

/** A hold that timed out, and what of it went back to its account. */
export interface ExpiredHold {
  holdId: string;
  key: string;
  account: string;
  reference: string | null;
  releasedMinor: number;
}

/**
 * The double-entry engine. Every call takes a set, runs a fixed number of statements in the caller's transaction, and answers
 * input by input: a refused input changes nothing and never fails its neighbours. Sets are limited to `maxSetSize`.
 * Idempotent by key: the same key with the same input gives the stored answer (`replayed`), with another input `key_reused`.
 */
export class Ledger {
  /** The clock decides when a hold has timed out; without one the database's clock does. Insertion time is always the database's. */
  constructor(private readonly clock?: Clock) {}

  /** Opens accounts that do not exist yet and gives all of them, in the order asked. Refuses an existing code with another asset or overdraft rule. */
  async open(tx: Tx, inputs: readonly AccountInput[]): Promise<Account[]> {
    boundSet(inputs.length);
    for (const input of inputs) {
      const fault = accountFault(input);
      if (fault !== undefined) throw new Refusal('invalid', 'ledger_account_invalid', fault);
    }
    const unique = [...new Map(inputs.map((input) => [input.code, input])).values()];
    await tx.execute(
      `INSERT INTO ledger_accounts (id, code, asset, allow_negative, labels)
       SELECT id, code, asset, allow_negative, labels::jsonb
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::text[]) AS given (id, code, asset, allow_negative, labels)
       ORDER BY code ON CONFLICT (code) DO NOTHING`,
      [
        unique.map(() => newId()),
        unique.map((input) => input.code),
        unique.map((input) => input.asset),
        unique.map((input) => input.allowNegative ?? false),
        unique.map((input) => JSON.stringify(input.labels ?? {})),
      ],
    );
    const rows = await tx.query<{ id: string; code: string; asset: string; allow_negative: boolean }>(
      'SELECT id, code, asset, allow_negative FROM ledger_accounts WHERE code = ANY ($1::text[])',
      [unique.map((input) => input.code)],
    );
    const accounts = new Map(
      rows.map((row) => [
        row.code,
        { id: row.id, code: row.code, asset: row.asset, allowNegative: row.allow_negative },
      ]),
    );
    return inputs.map((input) => sameAccount(input, present(accounts.get(input.code), 'an opened account exists')));
  }

  /** Posts journals that each sum to zero per asset. */
  async post(tx: Tx, inputs: readonly JournalInput[]): Promise<Posted[]> {
    return (
      await this.apply(
        tx,
        inputs.map((input) => ({ operation: 'post', input })),
      )
    ).map(asPosted);
  }

  /** Sets money of accounts aside: it stays posted and is no longer available. */
  async hold(tx: Tx, inputs: readonly HoldInput[]): Promise<Held[]> {
    return (
      await this.apply(
        tx,
        inputs.map((input) => ({ operation: 'hold', input })),
      )
    ).map(asHeld);
  }

  /** Spends held money, in parts if wanted, never above the hold. The journal takes it from the holder and posts the given postings. */
  async capture(tx: Tx, inputs: readonly CaptureInput[]): Promise<Posted[]> {
    return (
      await this.apply(
        tx,
        inputs.map((input) => ({ operation: 'capture', input })),
      )
    ).map(asPosted);
  }

  /** Gives back what is left of holds. */
  async void(tx: Tx, inputs: readonly VoidInput[]): Promise<Held[]> {
    return (
      await this.apply(
        tx,
        inputs.map((input) => ({ operation: 'void', input })),
      )
    ).map(asHeld);
  }

  /** Posts the opposite of journals, linked to them, now or at their effective date. A journal is reversed at most once. */
  async reverse(tx: Tx, inputs: readonly ReverseInput[]): Promise<Posted[]> {
    return (
      await this.apply(
        tx,
        inputs.map((input) => ({ operation: 'reverse', input })),
      )
    ).map(asPosted);
  }

  /** Writes of different kinds as one set, decided in the order given, each by itself. */
  async apply(tx: Tx, commands: readonly Command[]): Promise<Answer[]> {
    return (
      await applyGroups(
        tx,
        commands.map((command) => [command]),
        this.clock,
      )
    ).flat();
  }

  /**
   * Groups of writes of any kind: each group is done whole or not at all, and a refused one leaves the others alone.
   * The set limit is for the writes of all groups together; a group may not be empty.
   */
  async bulk(tx: Tx, groups: readonly Group[]): Promise<GroupAnswer[]> {
    if (groups.some((group) => group.length === 0))
      throw new Refusal('invalid', 'ledger_group_empty', 'a group holds at least one write');
    return (await applyGroups(tx, groups, this.clock)).map(asGroup);
  }

  /** Gives back holds whose time is up, the longest due first, at most `limit` of them. Call until it gives fewer. */
  async expireHolds(tx: Tx, now: Date, limit: number): Promise<ExpiredHold[]> {
    const { books, insertedAt, due } = await readDueHolds(tx, now, Math.min(limit, maxSetSize));
    const changes = noChanges();
    for (const held of due) giveBack(books, changes, held, 'expired');
    await writeChanges(tx, changes, insertedAt, books.accounts);
    return due.map((held) => ({
      holdId: held.id,
      key: held.key,
      account: held.account,
      reference: held.reference,
      releasedMinor: held.amount - held.captured,
    }));
  }

  /** The balances of accounts, in the order asked; an unknown code is left out. */
  balances(reader: Reader, codes: readonly string[]): Promise<Balance[]> {
    return readBalances(reader, codes);
  }

  /** Balances as they were at an instant, by effective date, by what was known then, or both. */
  balancesAt(reader: Reader, codes: readonly string[], instant: Instant): Promise<Balance[]> {
    return readBalancesAt(reader, codes, instant);
  }

  /** A page of what happened on an account, the latest first, each line with the true balance after it. */
  statement(reader: Reader, code: string, range: StatementRange): Promise<StatementLine[]> {
    return readStatement(reader, code, range);
  }

  /** Journals with their postings, by id or by reference: why the money moved. */
  journals(
    reader: Reader,
    choice: { ids: readonly string[] } | { reference: string },
    limit = 100,
  ): Promise<JournalView[]> {
    return readJournals(reader, choice, limit);
  }

  /** Holds of an account, also those that are over, or one by id or key; the latest first. */
  holds(reader: Reader, choice: Parameters<typeof readHoldViews>[1], limit = 100): Promise<HoldView[]> {
    return readHoldViews(reader, choice, limit);
  }

  /** Closes empty accounts: nothing can be posted to them any more. A closed or unknown one is left out of the answer, one with money throws a conflict. */
  async close(tx: Tx, codes: readonly string[]): Promise<string[]> {
    const open = await tx.query<{ code: string; empty: boolean }>(
      `SELECT code, posted = 0 AND held = 0 AS empty FROM ledger_accounts
       WHERE code = ANY ($1::text[]) AND status = 'open' ORDER BY id FOR NO KEY UPDATE`,
      [codes],
    );
    const full = open.find((account) => !account.empty);
    if (full)
      throw new Refusal(
        'conflict',
        'ledger_account_not_empty',
        `account ${full.code} still has money and cannot be closed`,
      );
    await tx.execute(`UPDATE ledger_accounts SET status = 'closed' WHERE code = ANY ($1::text[])`, [
      open.map((account) => account.code),
    ]);
    return open.map((account) => account.code);
  }

  /**
   * Runs ledger writes for their answers only, e.g. `dryRun(tx, () => ledger.post(tx, inputs))`: decided by the real tables,
   * then rolled back to a savepoint, keys included. Read balances inside the work to see what would be.
   */
  async dryRun<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
    await tx.execute('SAVEPOINT ledger_dry_run');
    try {
      return await work();
    } finally {
      await tx.execute('ROLLBACK TO SAVEPOINT ledger_dry_run');
      await tx.execute('RELEASE SAVEPOINT ledger_dry_run');
    }
  }
}

function boundSet(size: number): void {
  if (size > maxSetSize)
    throw new Refusal(
      'too_large',
      'ledger_set_too_large',
      `a ledger call takes at most ${maxSetSize} inputs, not ${size}`,
    );
}

function sameAccount(input: AccountInput, account: Account): Account {
  if (account.asset !== input.asset || account.allowNegative !== (input.allowNegative ?? false)) {
    throw new Refusal(
      'conflict',
      'ledger_account_differs',
      `account ${input.code} exists with another asset or overdraft rule`,
    );
  }
  return account;
}

function asPosted(answer: Answer): Posted {
  return answer.ok ? { ok: true, journalId: answer.id, replayed: answer.replayed } : answer;
}

/** One no makes all of them a no; the write that could not be done says why. */
function asGroup(answers: readonly Answer[]): GroupAnswer {
  const at = answers.findIndex((answer) => !answer.ok && answer.code !== 'group_refused');
  const culprit = answers[at];
  if (culprit?.ok === false) return { ...culprit, at };
  return {
    ok: true,
    ids: answers.flatMap((answer) => (answer.ok ? answer.id : [])),
    replayed: answers.every((answer) => answer.replayed),
  };
}

function asHeld(answer: Answer): Held {
  return answer.ok ? { ok: true, holdId: answer.id, replayed: answer.replayed } : answer;
}
