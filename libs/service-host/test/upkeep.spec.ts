import { Jobs } from '@florin/database';
import { SchedulerRegistry } from '@nestjs/schedule';
import { eventually, startService, type StartedService } from '@florin/testing';
import { NotesModule, notesMigrations } from './notes/notes';

const job = 'http.idempotency';
let notes: StartedService;
beforeAll(async () => (notes = await startService(NotesModule, { migrations: notesMigrations })));
afterAll(() => notes.close());

/** As if these many requests had been answered one, two, three, … hours ago. */
async function answered(count: number): Promise<void> {
  await notes.query(
    `INSERT INTO idempotency_keys (id, scope, key, input_hash, status, body, created_at)
     SELECT encode(sha256(n::text::bytea), 'hex'), 's', n::text, 'h', 200, '{}', now() - make_interval(hours => n)
       FROM generate_series(1, $1) n ON CONFLICT DO NOTHING`,
    [count],
  );
}

const left = async () => (await notes.query<{ n: number }>('SELECT count(*) AS n FROM idempotency_keys'))[0]?.n;

it('forgets the answers of old Idempotency-Keys by itself, every hour', async () => {
  await answered(60);
  const registries = notes.app.get<SchedulerRegistry>(SchedulerRegistry, { strict: false, each: true });
  const schedules = registries.flatMap((registry) => [...registry.getCronJobs()].filter(([name]) => name === job));
  expect(schedules).toHaveLength(1);
  for (const [, schedule] of schedules) {
    expect(schedule.isActive).toBe(true);
    expect(schedule.nextDate().toMillis() - Date.now()).toBeLessThanOrEqual(3_600_000);
    await schedule.fireOnTick();
  }
  await eventually(async () => (await left()) === 47);
});

it('forgets any number of them in one run, and can be told to by hand', async () => {
  await answered(25_000);
  const jobs = notes.app.get(Jobs, { strict: false });
  expect(jobs.list().map(({ name }) => name)).toContain(job);
  expect(await jobs.runByHand(job)).toMatchObject({ outcome: 'done' });
  expect(await left()).toBe(47);
  expect(await jobs.history(job, 1)).toMatchObject([{ status: 'done', trigger: 'hand', progress: { done: 24_953 } }]);
});
