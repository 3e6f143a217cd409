import { Pace } from './pace';
import { sleep } from './time';

const startsOf = async (pace: Pace, rounds: number, tookMs: number): Promise<number[]> => {
  const starts: number[] = [];
  for (let round = 0; round < rounds; round += 1)
    await pace.turn(async () => {
      starts.push(performance.now());
      await sleep(tookMs);
    });
  return starts;
};

it('starts a round twice its own duration after the last one', async () => {
  const [first = 0, second = 0] = await startsOf(new Pace(), 2, 40);
  expect(second - first).toBeGreaterThanOrEqual(75);
});

it('waits for no more than the longest pause, however long a round took', async () => {
  const pace = new Pace();
  await pace.turn(() => sleep(1_500));
  const ended = performance.now();
  await pace.ready();
  expect(performance.now() - ended).toBeLessThan(1_200);
});

it('spaces rounds that fail as well, and passes on why', async () => {
  const pace = new Pace();
  const failed = pace.turn(async () => {
    await sleep(60);
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  const ended = performance.now();
  await pace.ready();
  expect(performance.now() - ended).toBeGreaterThan(40);
});

it('stops waiting when it is told to', async () => {
  const pace = new Pace();
  await pace.turn(() => sleep(190));
  const stopped = new AbortController();
  const waiting = pace.ready(stopped.signal);
  stopped.abort();
  const began = performance.now();
  await waiting;
  expect(performance.now() - began).toBeLessThan(150);
});
