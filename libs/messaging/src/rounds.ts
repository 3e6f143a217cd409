import type { Transactions } from '@florin/database';
import { Pace } from '@florin/kernel';
import { handleParts } from './one-transaction';
import type { QueueConsumer } from './queue-consumer';

/**
 * The work of one controller: what waits in the queues of all its handlers is handled in one transaction at a time. So a
 * process never races itself for the rows of one checkout, and the fuller the queues, the more shares a commit.
 */
export class Rounds {
  private readonly consumers: QueueConsumer[] = [];
  private readonly pace = new Pace();
  private readonly stopped = new AbortController();
  private working: Promise<void> | undefined;

  constructor(private readonly transactions: Transactions) {}

  add(consumer: QueueConsumer): void {
    this.consumers.push(consumer);
  }

  /** Something waits: the next round takes it. */
  call(): void {
    // The rest of what the broker sent arrives in the same turn of the event loop: let it, and share the transaction.
    this.working ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.work());
  }

  /** Starts no round any more. */
  stop(): void {
    this.stopped.abort();
  }

  /** Waits for the round that runs. */
  async drain(): Promise<void> {
    while (this.working) await this.working;
  }

  private async work(): Promise<void> {
    try {
      while (this.consumers.some(({ hasWaiting }) => hasWaiting) && !this.stopped.signal.aborted)
        await this.pace.turn(() => this.round(), this.stopped.signal);
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
