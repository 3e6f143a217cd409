import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prove, verdictOf } from '../tools/client/prover';
import { House } from '../tools/up/house';
import { attack } from './fuzz/attack';
import { openWorld, type World } from './fuzz/world';

jest.setTimeout(600_000);

/** FUZZ_SEED sends the same requests again, FUZZ_REQUESTS more or fewer of them. */
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000_000);
const requests = Number(process.env['FUZZ_REQUESTS'] ?? 10_000);
const noLimits = {
  RATE_LIMIT_ADDRESS_PER_MINUTE: '0',
  RATE_LIMIT_USER_PER_MINUTE: '0',
  RATE_LIMIT_ROUTE_FACTOR: '0',
  RATE_LIMIT_ADAPTIVE: 'off',
  RATE_LIMIT_STRIKES_PER_MINUTE: '1000000000',
};

let house: House;
let world: World;

beforeAll(async () => {
  const dir = mkdtempSync(join(tmpdir(), 'florin-fuzz-'));
  house = await House.open({ dir, ports: 'free', serviceEnv: () => ({ ...noLimits, LOG_LEVEL: 'warn' }) });
  await house.up();
  ({ world } = await openWorld(house.describe()));
});

afterAll(() => house.demolish());

it('SEC-13, GW-15: ten thousand requests, right and wrong, to every route: no fault of ours, and the books still balance', async () => {
  const before = house.pids;
  const beganAt = performance.now();
  const { statuses, reached, failures } = await attack(house.url, world, seed, requests);
  console.log(
    `fuzz: FUZZ_SEED=${seed}, ${Math.round((performance.now() - beganAt) / 1_000)} s, answers ${JSON.stringify(statuses)}, ${reached.size} of ${world.operations.length} routes let some in`,
  );
  expect(failures).toEqual([]);
  expect(statuses['429'] ?? 0).toBeLessThan(requests / 100);
  // A process that died came back with another number.
  expect(house.pids).toEqual(before);
  const { status, text } = await prove(house.describe(), 120);
  expect({ status, text: status === 0 ? '' : text }).toEqual({ status: 0, text: '' });
  expect(verdictOf(text)).toContain('Proven');
});
