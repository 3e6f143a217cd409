import { AsyncLocalStorage } from 'node:async_hooks';
import { assert, currentCause, Pace, Refusal, type Cause } from '@florin/kernel';
import { Logger } from '@nestjs/common';
import { unavailable } from './errors';
import { batchSize, overloads, queueDepth, submitSeconds } from './metrics';
import type { Transactions, Tx } from './tx';

/** The answer for one item: a value, or a business no that leaves its neighbours alone. */
export type Outcome<Out> = { ok: true; value: Out } | { ok: false; refusal: Refusal };

export interface CoalescingOptions<In, Out> {
  /** Label of the metrics. */
  name: string;
  /** Items that may share one transaction. */
  maxBatch: number;
  /** Items that may wait; one more is refused. */
  maxQueue: number;
  /** Transactions under way at once; default 2, so that one can read while another waits for the disk. */
  concurrency?: number;
  /**
   * Decides and writes a whole batch inside one transaction: one outcome per item, in order. May run again for the
   * same items (deadlock; a neighbour that threw), so it must leave nothing behind but rows. `causes` holds, item by
   * item, the ambient cause of whoever submitted it: pass it on to the outbox, for here nothing is ambient.
   */
  decide(tx: Tx, items: In[], causes: (Cause | undefined)[]): Promise<Outcome<Out>[]>;
}

interface Waiting<In, Out> {
  item: In;
  cause: Cause | undefined;
  since: number;
  resolve(value: Out): void;
  reject(reason: unknown): void;
}

/** Lets concurrent requests for the same kind of write share one transaction. */
export class CoalescingWriter<In, Out> {
  private readonly logger: Logger;
  private readonly waiting: Waiting<In, Out>[] = [];
  /** A batch belongs to many requests: it must not run inside the context of the one that happened to start it. */
  private readonly outside = AsyncLocalStorage.snapshot();
  private readonly idle: (() => void)[] = [];
  private readonly pace = new Pace();
  private running = 0;
  private scheduled = false;

  constructor(
    private readonly options: CoalescingOptions<In, Out>,
    private readonly transactions: Transactions,
  ) {
    assert(options.maxBatch > 0 && options.maxQueue > 0, 'a coalescing writer needs room for at least one item');
    this.logger = new Logger(`CoalescingWriter ${options.name}`);
  }

  /**
   * Hands in one item and gives its answer once the shared transaction is durable. Throws the item's own refusal,
   * the error of its `decide`, or `unavailable`/`overloaded` at once when the queue is full.
   */
  submit(item: In): Promise<Out> {
    const { name, maxQueue } = this.options;
    if (this.waiting.length >= maxQueue) {
      overloads.inc({ writer: name });
      return Promise.reject(unavailable('overloaded', 'Too many requests of this kind are waiting.', 1));
    }
    return new Promise<Out>((resolve, reject) => {
      this.waiting.push({ item, cause: currentCause(), since: performance.now(), resolve, reject });
      queueDepth.set({ writer: name }, this.waiting.length);
      this.schedule();
    });
  }

  /** Resolves when nothing waits and nothing runs. */
  drained(): Promise<void> {
    if (this.running === 0 && this.waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.idle.push(resolve));
  }

  /** At the end of this turn of the event loop, so that requests that arrived together go together. */
  private schedule(): void {
    if (this.scheduled || this.running >= (this.options.concurrency ?? 2)) return;
    this.scheduled = true;
    setImmediate(() => this.outside(() => void this.pace.ready().then(() => this.startBatches())));
  }

  private startBatches(): void {
    this.scheduled = false;
    while (this.waiting.length > 0 && this.running < (this.options.concurrency ?? 2)) {
      const batch = this.waiting.splice(0, this.options.maxBatch);
      queueDepth.set({ writer: this.options.name }, this.waiting.length);
      this.running += 1;
      void this.pace.round(() => this.finish(batch));
    }
  }

  private async finish(batch: Waiting<In, Out>[]): Promise<void> {
    await this.decide(batch);
    const now = performance.now();
    for (const { since } of batch) submitSeconds.observe({ writer: this.options.name }, (now - since) / 1_000);
    this.running -= 1;
    if (this.waiting.length > 0) this.schedule();
    else if (this.running === 0) for (const resolve of this.idle.splice(0)) resolve();
  }

  /** Never throws. A batch that throws is halved until the guilty item is alone; its neighbours go through. */
  private async decide(batch: Waiting<In, Out>[]): Promise<void> {
    try {
      const outcomes = await this.transactions.run((tx) => this.outcomes(tx, batch));
      batchSize.observe({ writer: this.options.name }, batch.length);
      batch.forEach((entry, index) => answer(entry, outcomes[index]));
    } catch (error) {
      if (batch.length === 1 || isAboutEverybody(error)) {
        for (const entry of batch) entry.reject(error);
        return;
      }
      this.logger.warn(`A batch of ${batch.length} failed and is halved: ${String(error)}`);
      const middle = Math.ceil(batch.length / 2);
      await this.decide(batch.slice(0, middle));
      await this.decide(batch.slice(middle));
    }
  }

  private async outcomes(tx: Tx, batch: Waiting<In, Out>[]): Promise<Outcome<Out>[]> {
    const outcomes = await this.options.decide(
      tx,
      batch.map(({ item }) => item),
      batch.map(({ cause }) => cause),
    );
    assert(
      outcomes.length === batch.length,
      `${this.options.name} answered ${outcomes.length} of ${batch.length} items`,
    );
    return outcomes;
  }
}

/** The database is away, or COMMIT was cut off and may have happened: trying each item alone would be wrong or useless. */
function isAboutEverybody(error: unknown): boolean {
  return error instanceof Refusal && (error.code === 'database_unavailable' || error.code === 'database_overloaded');
}

function answer<In, Out>(entry: Waiting<In, Out>, outcome: Outcome<Out> | undefined): void {
  if (outcome?.ok) entry.resolve(outcome.value);
  else entry.reject(outcome?.refusal);
}
