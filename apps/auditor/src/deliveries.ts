import { inStep, merged } from './in-step';
import { InFlight } from './in-flight';
import type { Offender } from './invariant';
import { type Service, services } from './services';
import type { Reader, Store } from './store';

/** Clocks of two database servers are never quite the same. */
const clockToleranceMs = 1_000;
/** More messages on their way than this are not followed one by one. */
const mostOutstanding = 500_000;
/** A replica may need a moment for what its neighbour has heard already. */
const patienceMs = 2_000;
const pollMs = 200;

/** A consumer as it wrote itself down: it must have heard everything of its type that was said since then. */
export interface Subscription {
  consumer: string;
  type: string;
  version: number;
  since: Date;
}

interface Said {
  key: string;
  service: Service;
  type: string;
  created: Date;
  published: boolean;
}

/** What the inboxes say about the outboxes, looked at once for all invariants. */
export interface Deliveries {
  /** Per hearing service: how many deliveries were due and what is wrong with them. */
  heard: Map<Service, { examined: number; offenders: Offender[]; milliseconds: number }>;
  /** Messages that somebody has not handled yet, whatever their age. */
  outstanding: { service: Service; id: string }[];
  inFlight: InFlight;
}

export interface DeliveryOptions {
  stores: Record<Service, Store>;
  /** When each database was looked at. */
  lookedAt: Record<Service, Date>;
  graceMs: number;
  limit: number;
}

type Bucket = { rows: number; digest: bigint; newest: Date };
/** Per type and version, per quarter of an hour. */
type Digests = Map<string, Map<string, Bucket>>;

/**
 * Compares every outbox with every inbox that should have heard it. What is missing and young is on its way; what is
 * missing and old is a fault. What was heard but stands in no outbox yet was said after the sayer was looked at: it is
 * looked up as it is now, and what nobody ever said is a fault.
 */
export async function lookAtDeliveries(options: DeliveryOptions): Promise<Deliveries> {
  return new DeliveryCheck(options).run();
}

class DeliveryCheck {
  private readonly outstanding = new Map<string, Service>();
  /** By message: what to say of it, for every consumer that handled it, if nobody turns out to have said it. */
  private readonly ahead = new Map<string, { service: Service; offender: Offender }[]>();
  private readonly heard: Deliveries['heard'] = new Map();

  constructor(private readonly options: DeliveryOptions) {}

  async run(): Promise<Deliveries> {
    const said = await this.said();
    await Promise.all(services.map((service) => this.hearer(service, said)));
    const inFlight = new InFlight();
    await this.followOutstanding(inFlight);
    await this.followAhead(inFlight);
    return {
      heard: this.heard,
      outstanding: [...this.outstanding].map(([id, service]) => ({ id, service })),
      inFlight,
    };
  }

  private reader(service: Service, spent: (milliseconds: number) => void = () => undefined): Reader {
    return this.options.stores[service].reader(spent);
  }

  /** What every service has said, as digests. */
  private async said(): Promise<{ digests: Digests; sayers: Map<string, Service[]> }> {
    const digests: Digests = new Map();
    const sayers = new Map<string, Service[]>();
    const found = await Promise.all(
      services.map(async (service) => ({
        service,
        rows: await this.reader(service).query<{
          contract: string;
          bucket: string;
          rows: number;
          digest: string;
          newest: Date;
        }>(
          `SELECT type || ' ' || version AS contract, left(id::text, 7) AS bucket, count(*) AS rows, sum(uuid_hash_extended(id, 0))::text AS digest, max(created_at) AS newest
           FROM outbox GROUP BY 1, 2`,
        ),
      })),
    );
    for (const { service, rows } of found) {
      for (const row of rows) {
        const known = sayers.get(row.contract) ?? sayers.set(row.contract, []).get(row.contract);
        if (!known?.includes(service)) known?.push(service);
        addBucket(digests, row.contract, row.bucket, {
          rows: row.rows,
          digest: BigInt(row.digest),
          newest: row.newest,
        });
      }
    }
    return { digests, sayers };
  }

  private async hearer(service: Service, said: { digests: Digests; sayers: Map<string, Service[]> }): Promise<void> {
    const state = { examined: 0, offenders: [] as Offender[], milliseconds: 0 };
    this.heard.set(service, state);
    const reader = this.reader(service, (spent) => (state.milliseconds += spent));
    const subscriptions = await reader.query<Subscription>(
      'SELECT consumer, type, version, since FROM messaging_subscriptions ORDER BY consumer, type, version',
    );
    const rows = await reader.query<{ consumer: string; bucket: string; rows: number; digest: string }>(
      `SELECT consumer, left(message_id::text, 7) AS bucket, count(*) AS rows, sum(uuid_hash_extended(message_id, 0))::text AS digest FROM inbox GROUP BY 1, 2`,
    );
    const handled: Digests = new Map();
    for (const row of rows)
      addBucket(handled, row.consumer, row.bucket, { rows: row.rows, digest: BigInt(row.digest), newest: new Date(0) });
    const discarded = await reader.query<{ message: string }>(
      `SELECT DISTINCT queue || ' ' || message_id AS message FROM messaging_dead_letter_actions WHERE action = 'discard' AND done_at IS NOT NULL`,
    );
    const given = new Set(discarded.map(({ message }) => message));
    for (const subscription of subscriptions) {
      const contract = `${subscription.type} ${subscription.version}`;
      const due = said.digests.get(contract) ?? new Map<string, Bucket>();
      const done = handled.get(subscription.consumer) ?? new Map<string, Bucket>();
      handled.delete(subscription.consumer);
      for (const { rows: each } of due.values()) state.examined += each;
      const buckets = differing(due, done, subscription.since);
      if (buckets.length > 0)
        await this.walk(service, subscription, {
          reader,
          buckets,
          given,
          sayers: said.sayers.get(contract) ?? [],
          offenders: state.offenders,
        });
    }
    this.unknownConsumers(handled, state.offenders);
  }

  /** Inbox rows of a consumer that never subscribed: whoever wrote them was not the house. */
  private unknownConsumers(handled: Digests, offenders: Offender[]): void {
    for (const [consumer, buckets] of handled) {
      const rows = [...buckets.values()].reduce((sum, bucket) => sum + bucket.rows, 0);
      this.report(offenders, {
        subject: `consumer:${consumer}`,
        detail: `handled ${rows} messages without a subscription`,
      });
    }
  }

  /** Looks message by message at the quarters that differ. */
  private async walk(
    service: Service,
    { consumer, type, version, since }: Subscription,
    {
      reader,
      buckets,
      given,
      sayers,
      offenders,
    }: { reader: Reader; buckets: string[]; given: Set<string>; sayers: Service[]; offenders: Offender[] },
  ): Promise<void> {
    const outboxes = sayers.map((sayer) => this.outbox(sayer, type, version, buckets));
    const inbox = reader.rows<{ key: string }>(
      `SELECT message_id::text AS key FROM inbox WHERE consumer = $1 AND left(message_id::text, 7) = ANY($2::text[]) ORDER BY message_id`,
      [consumer, buckets],
    );
    for await (const { key, left, right } of inStep(merged(outboxes), inbox)) {
      const [message] = left;
      const times = `${right.length} times`;
      if (!message) this.handledUnsaid(key, service, consumer);
      else if (left.length > 1)
        this.report(offenders, { subject: `message:${key}`, detail: `said ${left.length} times under one id` });
      else if (right.length > 1)
        this.report(offenders, { subject: `message:${key}`, detail: `${type} handled ${times} by ${consumer}` });
      else if (
        right.length === 0 &&
        message.created.getTime() >= since.getTime() + clockToleranceMs &&
        !given.has(`${consumer} ${key}`)
      ) {
        this.missing(message, consumer, offenders);
      }
    }
  }

  private async *outbox(service: Service, type: string, version: number, buckets: string[]): AsyncGenerator<Said> {
    const rows = this.reader(service).rows<{ key: string; created: Date; published: boolean }>(
      `SELECT id::text AS key, created_at AS created, published_at IS NOT NULL AS published FROM outbox
       WHERE type = $1 AND version = $2 AND left(id::text, 7) = ANY($3::text[]) ORDER BY id`,
      [type, version, buckets],
    );
    for await (const row of rows) yield { ...row, service, type };
  }

  private handledUnsaid(id: string, service: Service, consumer: string): void {
    if (this.ahead.size >= mostOutstanding) return;
    const offender = { subject: `message:${id}`, detail: `handled by ${consumer}, but nobody has said it` };
    this.ahead.set(id, [...(this.ahead.get(id) ?? []), { service, offender }]);
  }

  private missing(message: Said, consumer: string, offenders: Offender[]): void {
    if (this.outstanding.size < mostOutstanding) this.outstanding.set(message.key, message.service);
    const ageMs = this.options.lookedAt[message.service].getTime() - message.created.getTime();
    // One that was not even published is the relay's fault and is reported there.
    if (!message.published || ageMs < this.options.graceMs) return;
    const detail = `${message.type} of ${message.service}, said ${Math.round(ageMs / 1_000)} s ago, never reached ${consumer}`;
    this.report(offenders, { subject: `message:${message.key}`, detail });
  }

  private report(offenders: Offender[], offender: Offender): void {
    if (offenders.length < this.options.limit) offenders.push(offender);
  }

  private async followOutstanding(inFlight: InFlight): Promise<void> {
    for (const service of services) {
      const ids = [...this.outstanding].filter(([, sayer]) => sayer === service).map(([id]) => id);
      if (ids.length === 0) continue;
      const rows = this.reader(service).rows<{ id: string; subject: string; data: unknown }>(
        `SELECT id::text, subject, envelope->'data' AS data FROM outbox WHERE id = ANY($1::uuid[])`,
        [ids],
      );
      for await (const { id, subject, data } of rows) inFlight.add(id, subject, data);
    }
    await this.followUnpublished(inFlight);
  }

  /** What was said and not yet published has reached nobody, whether or not anybody has subscribed. */
  private async followUnpublished(inFlight: InFlight): Promise<void> {
    for (const service of services) {
      const rows = this.reader(service).rows<{ id: string; subject: string; data: unknown }>(
        `SELECT id::text, subject, envelope->'data' AS data FROM outbox WHERE published_at IS NULL`,
      );
      for await (const { id, subject, data } of rows) inFlight.add(id, subject, data);
    }
  }

  private async followAhead(inFlight: InFlight): Promise<void> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      for (const service of services) {
        const ids = [...this.ahead.keys()];
        if (ids.length === 0) return;
        const found = await this.options.stores[service].now<{ id: string; subject: string; data: unknown }>(
          `SELECT id::text, subject, envelope->'data' AS data FROM outbox WHERE id = ANY($1::uuid[])`,
          [ids],
        );
        for (const { id, subject, data } of found) {
          inFlight.add(id, subject, data);
          this.ahead.delete(id);
        }
      }
      if (this.ahead.size === 0 || Date.now() > deadline) break;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
    for (const { service, offender } of [...this.ahead.values()].flat()) {
      this.report(this.heard.get(service)?.offenders ?? [], offender);
    }
  }
}

function addBucket(digests: Digests, name: string, bucket: string, more: Bucket): void {
  const buckets = digests.get(name) ?? new Map<string, Bucket>();
  digests.set(name, buckets);
  const known = buckets.get(bucket);
  const newest = known && known.newest > more.newest ? known.newest : more.newest;
  buckets.set(bucket, { rows: (known?.rows ?? 0) + more.rows, digest: (known?.digest ?? 0n) + more.digest, newest });
}

/** The quarters in which hearer and sayers differ, without those that were over before the hearer began to listen. */
function differing(due: Map<string, Bucket>, done: Map<string, Bucket>, since: Date): string[] {
  const names = new Set([...due.keys(), ...done.keys()]);
  return [...names]
    .filter((name) => {
      const [said, heard] = [due.get(name), done.get(name)];
      if (!heard && said && said.newest < since) return false;
      return said?.rows !== heard?.rows || said?.digest !== heard?.digest;
    })
    .sort();
}
