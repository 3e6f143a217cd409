import { AsyncLocalStorage } from 'node:async_hooks';
import { assert, backoffMs, Bell, Pace, Refusal, sleep } from '@florin/kernel';
import { Logger } from '@nestjs/common';
import { isError } from './errors';
import { logError } from './log-error';
import type { Transactions, Tx } from './tx';

/** How one item ended: with a result, or with the error that `perform` threw. */
export type Finished<Item, Result> =
  { item: Item; result: Result; error?: undefined } | { item: Item; result?: undefined; error: Error };

export interface LeasedWorkOptions<Item, Result> {
  name: string;
  /**
   * Marks up to `limit` due rows as leased until then and gives them: `UPDATE … WHERE id IN (SELECT … FOR UPDATE SKIP LOCKED)`.
   * A row whose lease has run out is due again, so a crashed process loses nothing.
   */
  claim(tx: Tx, limit: number, leaseUntil: Date): Promise<Item[]>;
  /**
   * The effect outside: HTTP, SMTP. Runs in no transaction, and may run twice for the same item (a crash between effect
   * and finish), so it carries an idempotency key. The signal aborts before the lease runs out.
   */
  perform(item: Item, signal: AbortSignal): Promise<Result>;
  /** Writes down how they ended; guards by state, because a late answer may meet a row that was claimed again. */
  finish(tx: Tx, done: Finished<Item, Result>[]): Promise<void>;
  /** Effects under way at once. */
  concurrency: number;
  /** Rows per claim and per finish. */
  batch: number;
  /** Between looks when nobody calls `wake`. */
  pollMs: number;
  /** Default one minute; longer than the slowest effect. */
  leaseMs?: number;
}

const defaultLeaseMs = 60_000;

/** The signal aborts when this part of the lease is over, so that the outcome can still be written under it. */
const performShare = 0.8;

/** Does outside effects for rows of a table, restart-safe: claim with a lease, perform, finish in a transaction. */
export class LeasedWork<Item, Result> {
  private readonly logger: Logger;
  private readonly outside = AsyncLocalStorage.snapshot();
  private readonly leaseMs: number;
  private done: Finished<Item, Result>[] = [];
  private stopping = new AbortController();
  private loop: Promise<void> | undefined;
  private readonly bell = new Bell();
  private readonly claiming = new Pace();
  private readonly writing = new Pace();
  private inFlight = 0;
  private finishing = false;

  constructor(
    private readonly options: LeasedWorkOptions<Item, Result>,
    private readonly transactions: Transactions,
  ) {
    assert(
      options.concurrency > 0 && options.batch > 0 && options.pollMs > 0,
      'leased work needs room for one item and a time to look again',
    );
    this.logger = new Logger(`LeasedWork ${options.name}`);
    this.leaseMs = options.leaseMs ?? defaultLeaseMs;
  }

  start(): void {
    if (this.loop) return;
    this.stopping = new AbortController();
    this.loop = this.outside(() => this.run());
  }

  /** There may be something to do: look now. Call it from `tx.afterCommit`. */
  wake(): void {
    this.bell.ring();
  }

  /** Claims nothing more and waits for what is under way; what outlasts the grace is left to its lease. */
  async stop(graceMs = 20_000): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.loop;
    this.loop = undefined;
    const deadline = Date.now() + graceMs;
    while (this.inFlight > 0 && Date.now() < deadline) await sleep(Math.min(50, graceMs));
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.stopping.signal.aborted;) {
      const asked = Math.min(this.options.batch, this.options.concurrency - this.inFlight);
      try {
        const found = asked > 0 ? await this.claim(asked) : 0;
        failures = 0;
        // A full claim means that more is waiting; otherwise rest until somebody calls, an effect ends, or the poll is due.
        if (asked <= 0 || found < asked) await this.bell.rest(this.options.pollMs);
      } catch (error) {
        this.logger.warn(`Nothing could be claimed: ${String(error)}`);
        await sleep(backoffMs(failures, 100, 5_000), this.stopping.signal);
        failures += 1;
      }
    }
  }

  private async claim(limit: number): Promise<number> {
    const items = await this.claiming.turn(() => {
      this.bell.hush();
      const leaseUntil = new Date(Date.now() + this.leaseMs);
      return this.transactions.run((tx) => this.options.claim(tx, limit, leaseUntil));
    }, this.stopping.signal);
    this.inFlight += items.length;
    for (const item of items) void this.perform(item);
    return items.length;
  }

  private async perform(item: Item): Promise<void> {
    const signal = AbortSignal.timeout(this.leaseMs * performShare);
    try {
      this.done.push({ item, result: await this.options.perform(item, signal) });
    } catch (error) {
      this.done.push({ item, error: isError(error) ? error : new Error(String(error)) });
    }
    if (!this.finishing) await this.finishAll();
  }

  /** One finisher at a time; what ends meanwhile goes together into its next transaction. */
  private async finishAll(): Promise<void> {
    this.finishing = true;
    while (this.done.length > 0) {
      const set = await this.writing.turn(() => this.finishNext(), this.stopping.signal);
      const wasFull = this.inFlight >= this.options.concurrency;
      this.inFlight -= set.length;
      if (wasFull || this.stopping.signal.aborted) this.wake();
    }
    this.finishing = false;
  }

  private async finishNext(): Promise<Finished<Item, Result>[]> {
    const set = this.done.splice(0, this.options.batch);
    await this.finish(set);
    return set;
  }

  /** Never throws: the effect has happened, so its outcome is worth many tries while the lease lasts. */
  private async finish(set: Finished<Item, Result>[]): Promise<void> {
    const deadline = Date.now() + this.leaseMs;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.transactions.run((tx) => this.options.finish(tx, set));
      } catch (error) {
        const passing = error instanceof Refusal && error.kind === 'unavailable';
        if (passing && Date.now() < deadline) await sleep(backoffMs(attempt, 100, 2_000));
        else if (set.length > 1) return await this.finishEach(set);
        else
          return logError(
            this.logger,
            'An outcome could not be written; the item comes back when its lease ends',
            error,
          );
      }
    }
  }

  private async finishEach(set: Finished<Item, Result>[]): Promise<void> {
    for (const one of set) await this.finish([one]);
  }
}
