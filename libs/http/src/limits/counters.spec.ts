import fc from 'fast-check';
import { type Algorithm, algorithms, type Count } from './counters';

const windowMs = 1_000;

/** Sends requests at these instants and gives the instants of those that were let in. */
function admitted(algorithm: Algorithm, limit: number, instants: number[], cost = 1): number[] {
  const count: Count = { mark: algorithm === 'sliding_window' ? 0 : (instants[0] ?? 0), used: 0, before: 0 };
  return instants.filter((now) => algorithms[algorithm](count, now, cost, limit, windowMs).allowed);
}

const times = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 }).map((gaps) => {
  let now = 1_000_000;
  return gaps.map((gap) => (now += gap));
});

describe('sliding window', () => {
  it('GW-11: never lets more than the limit into one window of the clock', () =>
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 20 }), (instants, limit) => {
        const perWindow = new Map<number, number>();
        for (const now of admitted('sliding_window', limit, instants))
          perWindow.set(Math.floor(now / windowMs), (perWindow.get(Math.floor(now / windowMs)) ?? 0) + 1);
        expect(Math.max(0, ...perWindow.values())).toBeLessThanOrEqual(limit);
      }),
    ));

  it('GW-11: a burst at the end of a window leaves no room for another at the start of the next', () => {
    const burst = (start: number) => Array.from({ length: 10 }, (_, index) => start + index);
    expect(admitted('sliding_window', 10, [...burst(1_000_980), ...burst(1_001_000)])).toHaveLength(10);
  });

  it('GW-11: after an idle window everything is free again', () => {
    expect(
      admitted(
        'sliding_window',
        3,
        [1_000_000, 1_000_001, 1_000_002, 1_000_003, 1_003_000, 1_003_001, 1_003_002, 1_003_003],
      ),
    ).toHaveLength(6);
  });

  it('GW-11: whoever waits as long as told is let in', () =>
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 10 }), (instants, limit) => {
        const count: Count = { mark: 0, used: 0, before: 0 };
        for (const now of instants) {
          const taken = algorithms.sliding_window(count, now, 1, limit, windowMs);
          if (taken.allowed) continue;
          let retry = now;
          let allowed = false;
          for (let tries = 0; tries < 3 && !allowed; tries += 1) {
            const probe = { ...count };
            retry +=
              tries === 0 ? taken.waitMs : algorithms.sliding_window({ ...count }, retry, 1, limit, windowMs).waitMs;
            allowed = algorithms.sliding_window(probe, retry, 1, limit, windowMs).allowed;
          }
          expect(allowed).toBe(true);
          return;
        }
      }),
    ));
});

describe('token bucket', () => {
  it('GW-11: lets a burst of the limit through, then one per refill', () => {
    const burst = Array.from({ length: 15 }, () => 1_000_000);
    expect(admitted('token_bucket', 10, [...burst, 1_000_100, 1_000_100, 1_000_200])).toHaveLength(12);
  });

  it('GW-11: over any stretch of time lets through at most the limit plus what was refilled', () =>
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 20 }), (instants, limit) => {
        const passed = admitted('token_bucket', limit, instants);
        const [first = 0, last = 0] = [passed[0], passed.at(-1)];
        expect(passed.length).toBeLessThanOrEqual(limit + ((last - first) * limit) / windowMs + 1e-6);
      }),
    ));

  it('GW-11: whoever waits as long as told is let in', () => {
    const count: Count = { mark: 0, used: 0, before: 0 };
    for (let index = 0; index < 7; index += 1) algorithms.token_bucket(count, 0, 1, 7, windowMs);
    const refused = algorithms.token_bucket(count, 0, 1, 7, windowMs);
    expect(refused.allowed).toBe(false);
    expect(algorithms.token_bucket({ ...count }, refused.waitMs - 2, 1, 7, windowMs).allowed).toBe(false);
    expect(algorithms.token_bucket(count, refused.waitMs, 1, 7, windowMs).allowed).toBe(true);
  });
});

it('GW-11: a request that costs ten shrinks either limit to a tenth', () => {
  const many = Array.from({ length: 100 }, () => 1_000_000);
  expect(admitted('sliding_window', 50, many, 10)).toHaveLength(5);
  expect(admitted('token_bucket', 50, many, 10)).toHaveLength(5);
});
