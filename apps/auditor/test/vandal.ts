import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { everyInvariant } from '../src/invariants/every-invariant';
import { type Proof, prove } from '../src/prove';
import type { Service } from '../src/services';
import { type Story, tellStory } from './world/story';
import { Stores } from './world/stores';

/** Takes away whatever would refuse a wrong row: constraints, unique indexes. Triggers and foreign keys are passed by the session. */
const unguard = `
  DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT conrelid::regclass AS table, conname FROM pg_constraint
      WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'u', 'p', 'f') AND conislocal AND coninhcount = 0 LOOP
      EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', one.table, one.conname);
    END LOOP;
    FOR one IN SELECT indexrelid::regclass AS index FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
      WHERE indisunique AND relnamespace = 'public'::regnamespace AND NOT relispartition LOOP
      EXECUTE format('DROP INDEX IF EXISTS %s', one.index);
    END LOOP;
  END $$`;

/** What is done to the house, and what the prover must then name: exactly that. */
export interface Mutation {
  title: string;
  /** SQL for the superuser, per database. */
  sql: (story: Story) => Partial<Record<Service, string>>;
  breaks: string[];
}

/** A superuser with bad intentions, and a house that is whole again after each of them. */
export class Vandal {
  private constructor(
    readonly stores: Stores,
    readonly story: Story,
  ) {}

  static async enter(): Promise<Vandal> {
    const stores = await Stores.open();
    const story = await tellStory(stores);
    await stores.seal('loyalty');
    for (const service of Object.keys(stores.urls) as Service[])
      await stores.onDatabase(service, (client) => client.query(unguard));
    return new Vandal(stores, story);
  }

  /** Spoils copies of the databases and proves the house with these in place of the whole ones. */
  async spoil(sql: Partial<Record<Service, string>>): Promise<Proof> {
    const spoiled = { ...this.stores.urls };
    const copies: string[] = [];
    try {
      for (const [service, statements] of Object.entries(sql) as [Service, string][]) {
        const copy = await this.copy(service);
        copies.push(copy.name);
        spoiled[service] = copy.url;
        await onUrl(copy.url, async (client) => {
          await client.query('SET session_replication_role = replica');
          await client.query(statements);
        });
      }
      return await proveHouse(spoiled);
    } finally {
      for (const name of copies) await this.onServer((client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
    }
  }

  async leave(): Promise<void> {
    await this.stores.drop();
  }

  private async copy(service: Service): Promise<{ name: string; url: string }> {
    const url = new URL(this.stores.urls[service]);
    const name = `spoiled_${randomBytes(8).toString('hex')}`;
    await this.onServer((client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${url.pathname.slice(1)}`));
    url.pathname = `/${name}`;
    return { name, url: url.href };
  }

  private onServer<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const url = new URL(this.stores.urls.orders);
    url.pathname = '/postgres';
    return onUrl(url.href, work);
  }
}

async function onUrl<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export function proveHouse(databases: Record<Service, string>, graceSeconds = 60): Promise<Proof> {
  return prove(
    { databases, json: false, waitSeconds: 0, graceSeconds, timeoutSeconds: 60, limit: 3, chain: false, only: '' },
    everyInvariant,
  );
}

/** Names of what the prover calls broken, or could not look at. */
export function named({ results }: Proof): string[] {
  return results
    .filter(({ verdict }) => verdict !== 'holds')
    .map(({ name, error }) => (error === undefined ? name : `${name}: ${error}`));
}

/** Every mutation of a list, each on a house of its own. */
export function spoilsAndIsNamed(mutations: readonly Mutation[]): void {
  let vandal: Vandal;
  beforeAll(async () => (vandal = await Vandal.enter()), 120_000);
  afterAll(() => vandal.leave());

  it('DIF-WAL-2: finds nothing wrong before anything is', async () => {
    expect(named(await vandal.spoil({}))).toEqual([]);
  }, 60_000);

  it.each(mutations.map((mutation) => [mutation.title, mutation] as const))(
    'DIF-WAL-2: names %s',
    async (_, { sql, breaks }) => {
      const proof = await vandal.spoil(sql(vandal.story));
      expect(named(proof).sort()).toEqual([...breaks].sort());
      expect(proof.verdict).toBe('broken');
      for (const { verdict, offenders } of proof.results)
        if (verdict === 'broken') expect(offenders[0]?.subject).toMatch(/:\S+/);
    },
    60_000,
  );
}
