import { eventually } from '@florin/testing';
import { databaseMigrations, Jobs, openDataSource, Reads } from '../src';
import { gate, openFixture, type Fixture } from './fixture';

let fixture: Fixture;
let jobs: Jobs;

beforeAll(async () => {
  fixture = await openFixture({}, databaseMigrations);
});

afterAll(() => fixture.close());

beforeEach(async () => {
  await fixture.transactions.run((tx) => tx.execute('TRUNCATE job_runs'));
  jobs = new Jobs(fixture.dataSource, fixture.config, new Reads(fixture.dataSource, fixture.config));
});

afterEach(async () => {
  await jobs.beforeApplicationShutdown();
  await jobs.onApplicationShutdown();
});

it('runs once at a time across processes; the other one is told and does nothing', async () => {
  const elsewhere = await openDataSource(fixture.config, 'another-process');
  const others = new Jobs(elsewhere, fixture.config, new Reads(elsewhere, fixture.config));
  const inside = gate();
  const done = gate();
  const first = jobs.run('sweep', async () => {
    inside.open();
    await done.opened;
    return { swept: 3 };
  });
  await inside.opened;
  const never = () => Promise.reject(new Error('ran beside the first'));
  expect(await others.run('sweep', never)).toEqual({ outcome: 'skipped', reason: 'running' });
  expect(await jobs.run('sweep', never)).toEqual({ outcome: 'skipped', reason: 'running' });
  expect(await others.run('another', async () => ({ ok: true }))).toMatchObject({ outcome: 'done' });
  done.open();
  expect(await first).toMatchObject({ outcome: 'done', result: { swept: 3 } });
  expect(await others.run('sweep', async () => undefined)).toMatchObject({ outcome: 'done' });
  await others.onApplicationShutdown();
  await elsewhere.destroy();
});

it('writes down how far it came; a failed run says why and the next one resumes', async () => {
  const months = ['2026-01', '2026-02', '2026-03'];
  const work = (failAt: string | undefined) =>
    jobs.run('close-months', async (run) => {
      const from = months.indexOf(String(run.resumeFrom?.['upTo'])) + 1;
      for (const month of months.slice(from)) {
        if (month === failAt) throw new Error(`${month} does not add up`);
        await run.report({ upTo: month });
      }
      return { attempt: run.attempt, from };
    });
  await expect(work('2026-03')).rejects.toThrow('does not add up');
  expect(await work(undefined)).toMatchObject({ outcome: 'done', result: { attempt: 2, from: 2 } });
  const [newest, oldest] = await jobs.history('close-months');
  expect(oldest).toMatchObject({
    status: 'failed',
    attempt: 1,
    progress: { upTo: '2026-02' },
    error: 'Error: 2026-03 does not add up',
    trigger: 'schedule',
  });
  expect(newest).toMatchObject({
    status: 'done',
    attempt: 2,
    progress: { upTo: '2026-03' },
    result: { attempt: 2, from: 2 },
  });
  expect(newest?.finished_at).toBeInstanceOf(Date);
});

it('does work with a key once, however often it is asked', async () => {
  let done = 0;
  const close = () => jobs.run('close', async () => void (done += 1), { key: '2026-11' });
  expect([await close(), await close()]).toMatchObject([
    { outcome: 'done' },
    { outcome: 'skipped', reason: 'already_done' },
  ]);
  expect(await jobs.run('close', async () => void (done += 1), { key: '2026-12' })).toMatchObject({ outcome: 'done' });
  expect(done).toBe(2);
});

it('can be run by hand under its name', async () => {
  jobs.register('expire', 'Lets reservations run out.', async (run) => {
    await run.add(2);
    await run.add(3);
  });
  expect(jobs.list()).toEqual([{ name: 'expire', description: 'Lets reservations run out.' }]);
  expect(await jobs.runByHand('expire')).toMatchObject({ outcome: 'done' });
  expect(await jobs.history('expire')).toMatchObject([{ trigger: 'hand', status: 'done', progress: { done: 5 } }]);
  await expect(jobs.runByHand('nothing')).rejects.toMatchObject({ kind: 'not_found', code: 'job_not_found' });
});

it('a scheduled run that found nothing to do leaves no row', async () => {
  expect(await jobs.run('sweep', async () => undefined)).toMatchObject({ outcome: 'done' });
  expect(await jobs.run('sweep', (run) => run.add(1))).toMatchObject({ outcome: 'done' });
  expect(await jobs.history()).toHaveLength(1);
});

it('a stopping service asks its jobs to stop, waits, and marks the run as abandoned', async () => {
  const inside = gate();
  const cut = jobs.run('long', async (run) => {
    inside.open();
    await eventually(() => run.signal.aborted);
    run.signal.throwIfAborted();
  });
  await inside.opened;
  const stopped = jobs.beforeApplicationShutdown();
  await expect(cut).rejects.toThrow();
  await stopped;
  expect(await jobs.history('long')).toMatchObject([{ status: 'abandoned' }]);
  expect(await jobs.run('long', async () => undefined)).toMatchObject({ outcome: 'skipped' });
});
