import type { Transactions } from '@florin/database';
import { Pace, sleep } from '@florin/kernel';
import { handleParts } from './one-transaction';
import type { QueueConsumer } from './queue-consumer';

/**
 * The work of one controller, or of a whole service that nobody waits for: what waits in the queues of all its handlers is
 * handled in one transaction at a time. So a process never races itself for the rows of one checkout, and the fuller the
 * queues, the more shares a commit.
 */
export class Rounds {
  private readonly consumers: QueueConsumer[] = [];
  private readonly pace = new Pace();
  private readonly stopped = new AbortController();
  private working: Promise<void> | undefined;

  constructor(
    private readonly transactions: Transactions,
    private readonly gatherMs: number,
  ) {}

  add(consumer: QueueConsumer): void {
    this.consumers.push(consumer);
  }

  /** Something waits: the next round takes it. */
  call(): void {
    this.working ??= this.gather().then(() => this.work());
  }

  /** Starts no round any more. */
  stop(): void {
    this.stopped.abort();
  }

  /** Waits for the round that runs. */
  async drain(): Promise<void> {
    while (this.working) await this.working;
  }

  /** What the broker sent together arrives in the same turn of the event loop: let it, and share the transaction. */
  private gather(): Promise<void> {
    if (this.gatherMs > 0) return sleep(this.gatherMs, this.stopped.signal);
    return new Promise((resolve) => setImmediate(resolve));
  }

  private async work(): Promise<void> {
    try {
      while (this.consumers.some(({ hasWaiting }) => hasWaiting) && !this.stopped.signal.aborted) {
        await this.pace.turn(() => this.round(), this.stopped.signal);
        if (this.gatherMs > 0) await this.gather();
      }
    } finally {
      this.working = undefined;
    }
  }

  private async round(): Promise<void> {
    const sets = this.consumers.flatMap((consumer) => consumer.take() ?? []);
    const progress = () => sets.forEach((set) => set.markWell());
    await handleParts(
      this.transactions,
      sets.map(({ part }) => part),
      { stopped: this.stopped.signal, progress },
    );
    for (const set of sets) set.settle();
  }
}
