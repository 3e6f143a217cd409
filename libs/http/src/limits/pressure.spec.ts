import { costUnder, Pressure } from './pressure';

describe('adaptive limits', () => {
  it('GW-11: cost rises with the lag of the event loop', () => {
    expect([0, 99, 100, 300, 1_000].map((lagMs) => costUnder({ lagMs, failedShare: 0 }))).toEqual([1, 1, 2, 4, 10]);
  });

  it('GW-11: cost rises with the share of 5xx, and falls once they are ten seconds past', () => {
    const pressure = new Pressure();
    for (let index = 0; index < 100; index += 1) pressure.count(index < 25 ? 500 : 200);
    pressure.look();
    expect(pressure.cost).toBe(4);
    for (let second = 0; second < 10; second += 1) pressure.look();
    expect(pressure.cost).toBe(1);
  });

  it('GW-11: a few requests say nothing, and our own 503 do not keep the brake on', () => {
    const pressure = new Pressure();
    for (let index = 0; index < 5; index += 1) pressure.count(500);
    pressure.look();
    expect(pressure.cost).toBe(1);
    for (let index = 0; index < 100; index += 1) pressure.count(503);
    pressure.look();
    expect(pressure.cost).toBe(1);
  });

  it('GW-11: notices that the event loop is held up', async () => {
    const pressure = new Pressure();
    pressure.start();
    await new Promise((resolve) => setTimeout(resolve, 60));
    const until = Date.now() + 700;
    while (Date.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 30));
    pressure.look();
    pressure.stop();
    expect(pressure.cost).toBeGreaterThan(1);
  });
});
