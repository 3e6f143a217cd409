import { Bell } from './bell';

const restedFor = async (bell: Bell, milliseconds: number): Promise<number> => {
  const began = performance.now();
  await bell.rest(milliseconds);
  return performance.now() - began;
};

const aWhile = 10_000;

it('rests until the time is over when nobody rings', async () => {
  expect(await restedFor(new Bell(), 60)).toBeGreaterThanOrEqual(55);
});

it('wakes when it rings', async () => {
  const bell = new Bell();
  setTimeout(() => bell.ring(), 20);
  expect(await restedFor(bell, aWhile)).toBeLessThan(aWhile / 2);
});

it('does not rest when it has rung before, but only once', async () => {
  const bell = new Bell();
  bell.ring();
  expect(await restedFor(bell, aWhile)).toBeLessThan(aWhile / 2);
  expect(await restedFor(bell, 60)).toBeGreaterThanOrEqual(55);
});

it('forgets what has rung when it is hushed', async () => {
  const bell = new Bell();
  bell.ring();
  bell.hush();
  expect(await restedFor(bell, 60)).toBeGreaterThanOrEqual(55);
});
