import { allContracts, orderCompleted, userVerified } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { House } from './house';

let house: House;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());

/** What services say to each other within a checkout, which is not kept. */
const answers = new Set([
  'auth.email_verification.requested.v1',
  'catalog.stock.reserved.v1',
  'catalog.stock.confirmed.v1',
  'catalog.stock.released.v1',
  'wallet.payment.reserved.v1',
]);

const kept = allContracts.filter(({ kind, name }) => kind === 'event' && !answers.has(name));

it('ANA-29: every event of the other services is kept as it was said', async () => {
  expect(kept.length).toBeGreaterThan(20);
  const ids = new Map(kept.map((contract) => [contract.name, house.say(contract, contract.example)]));
  await house.heard();
  const rows = await house.service.query<{ id: string; name: string; data: unknown }>(
    `SELECT id, type || '.v' || version AS name, data FROM analytics_events WHERE id = ANY($1::uuid[])`,
    [[...ids.values()]],
  );
  expect(rows.map(({ name }) => name).sort()).toEqual(kept.map(({ name }) => name).sort());
  for (const { id, name, data } of rows) {
    expect(ids.get(name)).toBe(id);
    expect(data).toEqual(JSON.parse(JSON.stringify(kept.find((contract) => contract.name === name)?.example)));
  }
});

it('GAP-ANA-01: an event counts once, however often it arrives', async () => {
  const merchantId = newId();
  const id = newId();
  for (let copy = 0; copy < 5; copy += 1) house.completed(merchantId, 500, { orderId: newId() }, id);
  house.completed(merchantId, 1);
  await house.heard();
  expect((await house.revenue(merchantId)).totals).toMatchObject([{ orders: 2, sales_minor: 501 }]);
  expect(await house.count('analytics_events WHERE id = $1', [id])).toBe(1);
});

it('an event that says nothing sensible is not kept, and those that came with it are', async () => {
  const verified = (verifiedAt: string) => ({ ...userVerified.example, userId: newId(), verifiedAt });
  const ids = Array.from({ length: 10 }, () => house.say(userVerified, verified('2026-11-21T10:00:00.000Z')));
  const bad = house.peer.say(userVerified, verified('yesterday'));
  ids.push(...Array.from({ length: 10 }, () => house.say(userVerified, verified('2026-11-21T11:00:00.000Z'))));
  await house.heard();
  expect(await house.count('analytics_events WHERE id = ANY($1::uuid[])', [[...ids, bad]])).toBe(ids.length);
  expect(await house.count('inbox WHERE message_id = $1', [bad])).toBe(0);
});

it('events lie in the partition of the month in which they happened, and partitions are made ahead', async () => {
  const id = house.say(orderCompleted, { ...orderCompleted.example, orderId: newId() });
  await house.heard();
  const month = (ahead: number) => {
    const now = new Date();
    return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1))
      .toISOString()
      .slice(0, 7)
      .replace('-', '_');
  };
  expect(await house.count(`analytics_events_${month(0)} WHERE id = $1`, [id])).toBe(1);
  expect(await house.count('analytics_events_default')).toBe(0);
  for (const ahead of [1, 2, 3]) expect(await house.count(`analytics_events_${month(ahead)}`)).toBe(0);
});
