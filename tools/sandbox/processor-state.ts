import { createHash } from 'node:crypto';
import { type Decision, type PaymentIntent, type ProcessorEvent, type Refund, refuse } from './charges';
import { JsonLines } from './json-lines';

/** Old keys and events are forgotten, oldest first: a real processor keeps keys for a day, we keep this many. */
const maxKeys = 100_000;
const maxEvents = 100_000;

interface Answer {
  hash: string;
  status: number;
  body: unknown;
}

/** One line of the log is one request: its effect, its answer and its event stand or fall together. */
interface LogLine {
  key?: string;
  answer?: Answer;
  intent?: PaymentIntent;
  refund?: Refund;
  event?: ProcessorEvent;
  delivered?: string;
}

export interface KnownEvent {
  event: ProcessorEvent;
  attempts: number;
}

/** What the processor knows, in memory and in its log. */
export class ProcessorState {
  readonly intents = new Map<string, PaymentIntent>();
  readonly refunds = new Map<string, Refund>();
  readonly events = new Map<string, KnownEvent>();
  private readonly answers = new Map<string, Answer>();
  private readonly byReference = new Map<string, string[]>();
  private readonly log: JsonLines<LogLine>;

  constructor(logFile: string | undefined) {
    this.log = new JsonLines<LogLine>(logFile);
  }

  load(): Promise<void> {
    return this.log.read((line) => this.apply(line));
  }

  /**
   * Runs a decision at most once per idempotency key. The same key with the same input gives the first answer again,
   * with another input it is refused, as Stripe does.
   */
  async once(
    key: string | undefined,
    input: unknown,
    decide: () => Decision,
  ): Promise<Decision & { replayed: boolean }> {
    const hash = createHash('sha256').update(JSON.stringify(input)).digest('hex');
    const known = key === undefined ? undefined : this.answers.get(key);
    if (known && known.hash !== hash) {
      const message = 'This Idempotency-Key was used with other parameters.';
      return {
        ...refuse(400, { type: 'idempotency_error', code: 'idempotency_key_in_use', message }),
        replayed: false,
      };
    }
    if (known) return { status: known.status, body: known.body, replayed: true };
    const decision = decide();
    const { status, body, intent, refund, event } = decision;
    const line: LogLine = {
      intent,
      refund,
      event,
      ...(key === undefined ? {} : { key, answer: { hash, status, body } }),
    };
    this.apply(line);
    await this.log.append(line);
    return { ...decision, replayed: false };
  }

  markDelivered(event: ProcessorEvent, attempts: number): void {
    const known = this.events.get(event.id);
    if (known) known.attempts = attempts;
    // A lost mark only means that one webhook is sent again, which every receiver must bear.
    void this.log.append({ delivered: event.id });
  }

  undelivered(): ProcessorEvent[] {
    return [...this.events.values()].filter((known) => known.attempts === 0).map((known) => known.event);
  }

  intentsOf(reference: string): PaymentIntent[] {
    return (this.byReference.get(reference) ?? [])
      .map((id) => this.intents.get(id))
      .filter((intent) => intent !== undefined);
  }

  close(): Promise<void> {
    return this.log.close();
  }

  private apply(line: LogLine): void {
    if (line.intent) this.keepIntent(line.intent);
    if (line.refund) this.refunds.set(line.refund.id, line.refund);
    if (line.event) keepBounded(this.events, line.event.id, { event: line.event, attempts: 0 }, maxEvents);
    if (line.key !== undefined && line.answer) keepBounded(this.answers, line.key, line.answer, maxKeys);
    const delivered = line.delivered === undefined ? undefined : this.events.get(line.delivered);
    if (delivered) delivered.attempts = 1;
  }

  private keepIntent(intent: PaymentIntent): void {
    const reference = intent.metadata['ref'];
    if (reference !== undefined && !this.intents.has(intent.id)) {
      this.byReference.set(reference, [...(this.byReference.get(reference) ?? []), intent.id]);
    }
    this.intents.set(intent.id, intent);
  }
}

function keepBounded<Value>(map: Map<string, Value>, key: string, value: Value, limit: number): void {
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > limit && !oldest.done) map.delete(oldest.value);
}
