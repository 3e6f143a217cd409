import { createHash } from 'node:crypto';
import { JsonLines } from './json-lines';
import { type Decision, type Order, type PaypalEvent, refuse } from './paypal-orders';

interface Answer {
  hash: string;
  status: number;
  made?: string | undefined;
  problem?: object | undefined;
}

/** One line of the log is one request: its effect, its answer and its events stand or fall together. */
interface LogLine {
  key?: string;
  answer?: Answer;
  order?: Order;
  events?: PaypalEvent[];
  delivered?: string;
}

export interface Done extends Decision {
  replayed: boolean;
}

/** What the sandbox knows, in memory and in its log. */
export class PaypalState {
  readonly orders = new Map<string, Order>();
  readonly events = new Map<string, { event: PaypalEvent; delivered: boolean }>();
  private readonly answers = new Map<string, Answer>();
  private readonly owners = new Map<string, string>();
  private readonly log: JsonLines<LogLine>;

  constructor(logFile: string | undefined) {
    this.log = new JsonLines<LogLine>(logFile);
  }

  load(): Promise<void> {
    return this.log.read((line) => this.apply(line));
  }

  /** The order that an authorisation, capture or refund belongs to. */
  ownerOf(id: string): Order | undefined {
    return this.orders.get(this.owners.get(id) ?? '');
  }

  /** Runs a decision once per PayPal-Request-Id; asked again, it gives what was made as it is now. */
  async once(key: string | undefined, input: unknown, decide: () => Decision): Promise<Done> {
    const hash = createHash('sha256').update(JSON.stringify(input)).digest('hex');
    const known = key === undefined ? undefined : this.answers.get(key);
    if (known && known.hash !== hash)
      return { ...refuse(422, 'UNPROCESSABLE_ENTITY', 'DUPLICATE_REQUEST_ID'), replayed: false };
    if (known) return { ...known, replayed: true };
    const decision = decide();
    const { status, made, problem, order, events } = decision;
    await this.keep({ order, events, ...(key !== undefined && { key, answer: { hash, status, made, problem } }) });
    return { ...decision, replayed: false };
  }

  /** What happens by itself. */
  async keep(line: LogLine): Promise<void> {
    this.apply(line);
    await this.log.append(line);
  }

  undelivered(): PaypalEvent[] {
    return [...this.events.values()].filter(({ delivered }) => !delivered).map(({ event }) => event);
  }

  close(): Promise<void> {
    return this.log.close();
  }

  private apply({ key, answer, order, events, delivered }: LogLine): void {
    if (order) {
      this.orders.set(order.id, order);
      for (const part of [order, order.authorization, ...order.captures, ...order.refunds])
        this.owners.set(part.id, order.id);
    }
    for (const event of events ?? []) this.events.set(event.id, { event, delivered: false });
    if (key !== undefined && answer) this.answers.set(key, answer);
    const sent = delivered === undefined ? undefined : this.events.get(delivered);
    if (sent) sent.delivered = true;
  }
}
