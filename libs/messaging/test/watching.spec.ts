import { Controller } from '@nestjs/common';
import {
  stockConfirm,
  stockConfirmed,
  stockReleased,
  type Envelope,
  type StockConfirm,
  type StockConfirmed,
  type StockReleased,
} from '@florin/contracts';
import { newId, sleep, withCause } from '@florin/kernel';
import { SpanKind, trace } from '@opentelemetry/api';
import { TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { register } from 'prom-client';
import { causeOf, Consumes, ConsumesSet, Outbox, queueOf, type Delivery } from '../src';
import { House, stranger } from './house';
import { eventually } from './patience';

let release: (() => void) | undefined;

@Controller()
class Chain {
  constructor(private readonly outbox: Outbox) {}

  @Consumes(stockConfirm)
  async first(command: Envelope<StockConfirm>, { tx }: Delivery): Promise<void> {
    await this.outbox.add(tx, stockConfirmed, command.subject, { checkoutId: command.data.checkoutId });
  }

  @ConsumesSet(stockConfirmed)
  async second(events: Envelope<StockConfirmed>[], { tx }: Delivery): Promise<void> {
    await this.outbox.addAll(
      tx,
      stockReleased,
      events.map((event) => ({
        subject: event.subject,
        data: { ...event.data, reason: 'test' },
        cause: causeOf(event),
      })),
    );
  }

  @Consumes(stockReleased)
  async third(event: Envelope<StockReleased>): Promise<void> {
    if (event.subject === 'hang') await new Promise<void>((resolve) => (release = resolve));
  }
}

const spans: ReadableSpan[] = [];
const collector = {
  onStart: () => undefined,
  onEnd: (span: ReadableSpan) => void spans.push(span),
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

const sampleOf = async (metric: string, queue: string) =>
  (await register.getSingleMetric(metric)?.get())?.values.find(({ labels }) => labels['queue'] === queue)?.value;

describe('watching', () => {
  let house: House;
  beforeAll(async () => {
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [collector] }));
    house = await House.open({ controllers: [Chain], settings: { watchdogMs: 100, silentAfterMs: 600 } });
  });
  afterAll(async () => {
    release?.();
    await house.close();
    trace.disable();
  });

  it('GAP-PLT-06: one correlation id and one trace run through a chain of messages, each naming its cause', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const cause = { correlationId: newId(), traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    const sayings = Array.from({ length: 3 }, () => ({ subject: newId(), data: { checkoutId: newId() } }));
    await withCause(cause, () => house.run((tx) => house.outbox.addAll(tx, stockConfirm, sayings)));
    await house.run((tx) =>
      house.outbox.add(tx, stockConfirm, newId(), { checkoutId: newId() }, { cause: { correlationId: newId() } }),
    );
    await eventually(async () => (await house.count(`outbox WHERE type = 'catalog.stock.released'`)) === 4);
    const rows = await house.query<{ n: number; traced: number }>(
      `SELECT count(*)::int AS n, count(*) FILTER (WHERE envelope->>'traceparent' LIKE '00-${traceId}-%')::int AS traced FROM outbox WHERE envelope->>'correlationid' = $1`,
      [cause.correlationId],
    );
    expect(rows).toEqual([{ n: 9, traced: 9 }]);
    const unexplained = `outbox o WHERE o.type <> 'catalog.stock.confirm' AND NOT EXISTS
      (SELECT 1 FROM outbox c WHERE c.id::text = o.envelope->>'causationid' AND c.envelope->>'correlationid' = o.envelope->>'correlationid')`;
    expect(await house.count(unexplained)).toBe(0);
  });

  it('GAP-PLT-06: a span for each saying and each handling, child of what caused it, or linked to it where a set has many causes', async () => {
    spans.length = 0;
    const id = await house.run((tx) => house.outbox.add(tx, stockConfirm, newId(), { checkoutId: newId() }));
    const handling = await eventually(() => spans.find((span) => span.attributes['messaging.message.id'] === id));
    const [said] = spans;
    expect(said).toMatchObject({ name: 'say catalog.stock.confirm.v1', kind: SpanKind.PRODUCER });
    expect(handling).toMatchObject({ name: 'handle house.on.catalog.stock.confirm.v1', kind: SpanKind.CONSUMER });
    expect(handling.parentSpanContext?.spanId).toBe(said?.spanContext().spanId);

    const [a, b] = [
      { correlationId: newId(), traceparent: `00-${'a'.repeat(32)}-${'1'.repeat(16)}-01` },
      { correlationId: newId(), traceparent: `00-${'b'.repeat(32)}-${'2'.repeat(16)}-01` },
    ];
    const set = [a, b].map((cause) => ({ subject: newId(), data: { checkoutId: newId() }, cause }));
    spans.length = 0;
    // The broker may hand out two messages in two packets: said again until they come together.
    const together = await eventually(async () => {
      await house.run((tx) => house.outbox.addAll(tx, stockConfirmed, set));
      await sleep(100);
      return spans.find((span) => span.attributes['messaging.batch.message_count'] === 2);
    });
    expect(together.links.map(({ context }) => context.traceId)).toEqual(['a'.repeat(32), 'b'.repeat(32)]);
  });

  it('K8S-33: counts what was handled, and how long it took', async () => {
    const text = await register.metrics();
    expect(text).toMatch(
      /messaging_handled_total\{queue="house\.on\.catalog\.stock\.confirm\.v1",outcome="handled"\} 5/,
    );
    expect(text).toMatch(/messaging_published_total\{outcome="confirmed"\} \d/);
    for (const name of [
      'outbox_pending',
      'outbox_oldest_age_seconds',
      'messaging_handle_seconds',
      'messaging_dead_letters',
      'messaging_consumer_silent',
    ])
      expect(text).toContain(`# TYPE ${name} `);
  });

  it('K8S-33: a handler that does not end makes its consumer silent, which the metric and the health answer say until it ends', async () => {
    const name = 'house.on.catalog.stock.released.v1';
    await house.run((tx) => house.outbox.add(tx, stockReleased, 'hang', { checkoutId: newId(), reason: 'test' }));
    await eventually(() => house.transport.health().stuck);
    expect(await sampleOf('messaging_consumer_silent', name)).toBe(1);
    expect(house.transport.health().consumers.find((consumer) => consumer.name === name)).toMatchObject({
      subscribed: true,
      silent: true,
    });
    release?.();
    await eventually(() => !house.transport.health().stuck);
    await eventually(async () => (await sampleOf('messaging_consumer_silent', name)) === 0);
  });

  it('K8S-33: says how many dead letters each queue has', async () => {
    const { channel, close } = await stranger(house.broker.url);
    const name = 'house.on.catalog.stock.confirm.v1';
    channel.sendToQueue(queueOf(house.broker.namespace, name), Buffer.from('no JSON'), { messageId: newId() });
    await eventually(async () => (await sampleOf('messaging_dead_letters', name)) === 1);
    await close();
  });
});
