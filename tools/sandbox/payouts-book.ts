import { createHash, randomUUID } from 'node:crypto';
import { JsonLines } from './json-lines';
import type { Status } from './payouts-lies';

export interface PaymentOrder {
  id: string;
  object: 'payment_order';
  type: string;
  direction: 'credit';
  amount: number;
  currency: string;
  status: Status;
  metadata: Record<string, string>;
  created_at: string;
}

/** Money that really moved. */
export interface Movement {
  /** What the caller calls the payout: `metadata.withdrawal_id`. */
  intent: string;
  orderId: string;
  moved: 'paid' | 'returned';
  amount: number;
  currency: string;
}

interface LogLine {
  key?: string;
  hash?: string;
  order?: PaymentOrder;
  movement?: Movement;
  holder?: string;
  step?: number;
  lost?: string;
}

/** An order with what the provider knows beside it: whose it is, and how far its fate has come. */
export interface Kept {
  order: PaymentOrder;
  holder: string;
  step: number;
}

/**
 * What the provider knows, in memory and in its log: orders, idempotency keys, and the book of money that really moved.
 * It pays what it is asked to pay under each new key: that the same payout is not asked for twice is the caller's part.
 */
export class PayoutBook {
  readonly movements: Movement[] = [];
  readonly orders = new Map<string, Kept>();
  readonly lost = new Map<string, number>();
  private readonly keys = new Map<string, { hash: string; orderId: string }>();
  private readonly log: JsonLines<LogLine>;

  constructor(logFile: string | undefined) {
    this.log = new JsonLines<LogLine>(logFile);
  }

  load(): Promise<void> {
    return this.log.read((line) => this.apply(line));
  }

  close(): Promise<void> {
    return this.log.close();
  }

  /** The order made under this key before; `reused` when that was with other parameters. */
  known(key: string | undefined, input: unknown): Kept | 'reused' | undefined {
    const known = key === undefined ? undefined : this.keys.get(key);
    if (!known) return undefined;
    return known.hash === hashOf(input) ? this.orders.get(known.orderId) : 'reused';
  }

  async take(key: string | undefined, input: unknown, holder: string, order: Omit<PaymentOrder, 'id'>): Promise<Kept> {
    const taken = { ...order, id: randomUUID() };
    await this.write({ order: taken, holder, step: 0, ...(key !== undefined && { key, hash: hashOf(input) }) });
    return { order: taken, holder, step: 0 };
  }

  /** Moves an order on; what it is paid and what comes back is booked in the same line. */
  async become({ order, holder, step }: Kept, status: Status): Promise<Kept> {
    const next = { ...order, status };
    const movement = movementOf(next);
    await this.write({ order: next, holder, step: step + 1, ...(movement && { movement }) });
    return { order: next, holder, step: step + 1 };
  }

  /** Counts a question that was dropped; gives how many there were. */
  async lose(intent: string): Promise<number> {
    await this.write({ lost: intent });
    return this.lost.get(intent) ?? 0;
  }

  ofIntent(intent: string): Kept[] {
    return [...this.orders.values()].filter(({ order }) => order.metadata['withdrawal_id'] === intent);
  }

  /** What arrived for a payout and stayed there. */
  netOf(intent: string): number {
    return this.movements
      .filter((movement) => movement.intent === intent)
      .reduce((sum, { moved, amount }) => sum + (moved === 'paid' ? amount : -amount), 0);
  }

  private async write(line: LogLine): Promise<void> {
    this.apply(line);
    await this.log.append(line);
  }

  private apply({ key, hash, order, movement, holder, step, lost }: LogLine): void {
    if (order) this.orders.set(order.id, { order, holder: holder ?? '', step: step ?? 0 });
    if (key !== undefined && hash !== undefined && order) this.keys.set(key, { hash, orderId: order.id });
    if (movement) this.movements.push(movement);
    if (lost !== undefined) this.lost.set(lost, (this.lost.get(lost) ?? 0) + 1);
  }
}

function hashOf(input: unknown): string {
  return createHash('sha256').update(JSON.stringify(input)).digest('hex');
}

/** What becoming this means in money, if anything. */
function movementOf({ id, status, amount, currency, metadata }: PaymentOrder): Movement | undefined {
  if (status !== 'completed' && status !== 'returned') return undefined;
  const intent = metadata['withdrawal_id'] ?? '';
  return { intent, orderId: id, moved: status === 'completed' ? 'paid' : 'returned', amount, currency };
}
