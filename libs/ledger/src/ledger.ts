import { type Clock, Refusal } from '@florin/kernel';
import type { Tx } from '@florin/database';
import {
  type AccountChoice,
  type AccountView,
  archiveAccounts,
  openAccounts,
  readAccounts,
  unarchiveAccounts,
} from './accounts';
import { applyGroups, type HowToApply } from './apply';
import { type Instant, readBalances, readBalancesAt } from './balances';
import { type LineageChoice, type LineagePage, type LineageRest, readLineage, readRests } from './lineage';
import type { LineageMethod } from './lineage-methods';
import { type BatchMetrics, batchMetrics } from './metrics';
import {
  addMonitors,
  type Crossing,
  type Monitor,
  type MonitorChoice,
  type MonitorInput,
  readCrossings,
  readMonitorViews,
  removeMonitors,
} from './monitors';
import {
  type HoldView,
  type JournalView,
  readHoldViews,
  readJournals,
  readStatement,
  readTimedOutHolds,
  type TimedOutChoice,
  type StatementLine,
  type StatementRange,
} from './statements';
import { type ExpiredHold, sweepHolds } from './sweep-holds';
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
  type Posted,
  type Reader,
  type ReverseInput,
  type VoidInput,
} from './types';

/** Hears crossings inside the transaction that made them; what it throws fails the write. */
export type CrossingListener = (tx: Tx, crossings: readonly Crossing[]) => Promise<void>;

/**
 * The double-entry engine. Every call takes a set, runs a fixed number of statements in the caller's transaction, and answers
 * input by input: a refused input changes nothing and never fails its neighbours. Sets are limited to `maxSetSize`.
 * Idempotent by key: the same key with the same input gives the stored answer (`replayed`), with another input `key_reused`.
 */
export class Ledger {
  private readonly listeners: CrossingListener[] = [];
  private readonly how: HowToApply;
  private readonly metrics: BatchMetrics | undefined;

  /**
   * The clock decides when a hold has timed out; without one the database's clock does. Insertion time is always the database's.
   * With the name of a service, calls are counted in its metrics.
   */
  constructor(clock?: Clock, service?: string) {
    this.metrics = service === undefined ? undefined : batchMetrics(service);
    this.how = { clock, tell: (tx, crossings) => this.tell(tx, crossings) };
  }

  /** Opens accounts that do not exist yet and gives all of them, in the order asked. Refuses an existing code with another asset or overdraft rule. */
  open(tx: Tx, inputs: readonly AccountInput[]): Promise<Account[]> {
    return openAccounts(tx, inputs);
  }

  /** Posts journals that each sum to zero per asset. */
  post(tx: Tx, inputs: readonly JournalInput[]): Promise<Posted[]> {
    return this.each(tx, inputs, (input) => ({ operation: 'post', input }), asPosted);
  }

  /** Sets money of accounts aside: it stays posted and is no longer available. */
  hold(tx: Tx, inputs: readonly HoldInput[]): Promise<Held[]> {
    return this.each(tx, inputs, (input) => ({ operation: 'hold', input }), asHeld);
  }

  /** Spends held money, in parts if wanted, never above the hold. The journal takes it from the holder and posts the given postings. */
  capture(tx: Tx, inputs: readonly CaptureInput[]): Promise<Posted[]> {
    return this.each(tx, inputs, (input) => ({ operation: 'capture', input }), asPosted);
  }

  /** Gives back what is left of holds. */
  void(tx: Tx, inputs: readonly VoidInput[]): Promise<Held[]> {
    return this.each(tx, inputs, (input) => ({ operation: 'void', input }), asHeld);
  }

  /** Posts the opposite of journals, linked to them, now or at their effective date. A journal is reversed at most once. */
  reverse(tx: Tx, inputs: readonly ReverseInput[]): Promise<Posted[]> {
    return this.each(tx, inputs, (input) => ({ operation: 'reverse', input }), asPosted);
  }

  /** Writes of different kinds as one set, decided in the order given, each by itself. */
  async apply(tx: Tx, commands: readonly Command[]): Promise<Answer[]> {
    const groups = commands.map((command) => [command]);
    return (await this.measured(tx, groups)).flat();
  }

  /**
   * Groups of writes of any kind: each group is done whole or not at all, and a refused one leaves the others alone.
   * The set limit is for the writes of all groups together; a group may not be empty.
   */
  async bulk(tx: Tx, groups: readonly Group[]): Promise<GroupAnswer[]> {
    if (groups.some((group) => group.length === 0))
      throw new Refusal('invalid', 'ledger_group_empty', 'a group holds at least one write');
    return (await this.measured(tx, groups)).map(asGroup);
  }

  /** Gives back holds whose time is up, the longest due first, at most `limit` of them. Call until it gives fewer. */
  expireHolds(tx: Tx, now: Date, limit: number): Promise<ExpiredHold[]> {
    return sweepHolds(tx, now, limit, this.how);
  }

  /** Has every crossing of a monitor told, in the transaction of the write that made it cross: the place to say it as an event. */
  onCrossing(listener: CrossingListener): void {
    this.listeners.push(listener);
  }

  /**
   * Sets monitors on balances and gives them in the order asked; asked for again, the one that is there. It tells once each time
   * the balance passes its threshold in its direction, decided after each write (a group is one write), however sets are cut.
   * Refuses an account that does not exist.
   */
  watch(tx: Tx, inputs: readonly MonitorInput[]): Promise<Monitor[]> {
    return addMonitors(tx, inputs);
  }

  /** Takes monitors away and gives the ids of those that were there. What they told stays on record. */
  unwatch(tx: Tx, monitorIds: readonly string[]): Promise<string[]> {
    return removeMonitors(tx, monitorIds);
  }

  /** Monitors, the latest first. */
  monitors(reader: Reader, choice: MonitorChoice, limit = 100): Promise<Monitor[]> {
    return readMonitorViews(reader, choice, limit);
  }

  /** What a monitor has told, the latest first. */
  crossings(reader: Reader, choice: { monitorId: string; afterId?: string }, limit = 100): Promise<Crossing[]> {
    return readCrossings(reader, choice, limit);
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

  /**
   * Which credits paid which debits of an account, by the method asked, in the order in which it came about, page by page.
   * Refuses an account that was not empty for more than 100,000 postings.
   */
  lineage(reader: Reader, code: string, choice: LineageChoice, limit = 100): Promise<LineagePage> {
    return readLineage(reader, code, choice, limit);
  }

  /** What the balance of an account consists of: what is left of which credits; they sum to the posted balance. */
  consistsOf(reader: Reader, code: string, method: LineageMethod): Promise<LineageRest[]> {
    return readRests(reader, code, method);
  }

  /** Journals with their postings, by id or by reference: why the money moved. */
  journals(
    reader: Reader,
    choice: { ids: readonly string[] } | { reference: string },
    limit = 100,
  ): Promise<JournalView[]> {
    return readJournals(reader, choice, limit);
  }

  /**
   * Holds whose time is up, whether they were given back yet or not (`open` waits for the sweep), by when it was up, the latest
   * first. `after` is the last of the page before.
   */
  timedOutHolds(reader: Reader, choice: TimedOutChoice, limit = 100): Promise<HoldView[]> {
    return readTimedOutHolds(reader, choice, limit);
  }

  /** Holds of an account, also those that are over, or one by id or key; the latest first. */
  holds(reader: Reader, choice: Parameters<typeof readHoldViews>[1], limit = 100): Promise<HoldView[]> {
    return readHoldViews(reader, choice, limit);
  }

  /** Takes empty accounts out of use: nothing can be posted to them, and lists leave them out. Gives those that were not archived yet; one with money throws a conflict. */
  archive(tx: Tx, codes: readonly string[]): Promise<string[]> {
    return archiveAccounts(tx, codes);
  }

  /** Brings archived accounts back into use and gives those that were archived. */
  unarchive(tx: Tx, codes: readonly string[]): Promise<string[]> {
    return unarchiveAccounts(tx, codes);
  }

  /** Accounts by prefix of their code, labels and asset, with their balances, in the order of their codes; archived ones when asked. `afterCode` is the last of the page before. */
  accounts(reader: Reader, choice: AccountChoice = {}, limit = 100): Promise<AccountView[]> {
    return readAccounts(reader, choice, limit);
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

  private async each<Input, Told>(
    tx: Tx,
    inputs: readonly Input[],
    command: (input: Input) => Command,
    told: (answer: Answer) => Told,
  ): Promise<Told[]> {
    return (await this.apply(tx, inputs.map(command))).map(told);
  }

  private async measured(tx: Tx, groups: readonly Group[]): Promise<Answer[][]> {
    const began = performance.now();
    const answers = await applyGroups(tx, groups, this.how);
    this.metrics?.size.observe(answers.reduce((sum, each) => sum + each.length, 0));
    this.metrics?.seconds.observe((performance.now() - began) / 1_000);
    return answers;
  }

  private async tell(tx: Tx, crossings: Crossing[]): Promise<void> {
    for (const listener of this.listeners) await listener(tx, crossings);
  }
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
