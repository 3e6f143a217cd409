import { undeclaredRoutes } from '@florin/access';
import {
  allContracts,
  orderCompleted,
  orderPlaced,
  pointsEarned,
  tierUpgraded,
  webhookDelivered,
} from '@florin/contracts';
import { hourMs, minuteMs, newId, secondMs } from '@florin/kernel';
import { eventually } from '@florin/testing';
import { Webhook } from 'standardwebhooks';
import { publicEventTypes } from '../src/webhooks/public-events';
import type { EndpointDto } from '../src/webhooks/webhook.dto';
import { House } from './house';
import { isSigned } from './receiver';

let house: House;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());
beforeEach(() => (house.receiver.answers = 200));

/** As the README promises. */
const waits = [5 * secondMs, 5 * minuteMs, 30 * minuteMs, 2 * hourMs, 5 * hourMs, 10 * hourMs, 14 * hourMs];

it('every route says what it needs', () => {
  expect(undeclaredRoutes(house.service.app)).toEqual([]);
});

describe('a delivery', () => {
  it('NOT-05, SET-08: carries the event, signed as Standard Webhooks says', async () => {
    const { id, secret } = await house.endpoint('/signed');
    expect(secret).toMatch(/^whsec_[\w+/]{32}$/);
    const { messageId, ...event } = house.buy();
    const [call] = await house.receiver.at('/signed');
    const body = JSON.parse(call?.body ?? '') as Record<string, unknown>;
    expect(body).toMatchObject({ id: messageId, type: 'orders.order.completed', data: event });
    expect(Math.abs(Date.parse(String(body['timestamp'])) - Date.now())).toBeLessThan(60_000);
    expect(call?.headers).toMatchObject({ 'webhook-id': messageId, 'content-type': 'application/json' });
    expect(Math.abs(Number(call?.headers['webhook-timestamp']) * 1_000 - Date.now())).toBeLessThan(60_000);
    expect(call && isSigned(call, secret)).toBe(true);
    expect(call && isSigned({ ...call, body: `${call.body} ` }, secret)).toBe(false);
    expect(new Webhook(secret).verify(call?.body ?? '', call?.headers as Record<string, string>)).toEqual(body);
    const { id: deliveryId } = await house.delivery(id, messageId, 'delivered', 1);
    const said = await eventually(() => house.peer.of(webhookDelivered, { deliveryId })[0]);
    expect(said).toEqual({ deliveryId, endpointId: id, eventId: messageId, attempts: 1 });
  });

  it('goes to each endpoint that asked for the type, signed with the secret of each', async () => {
    const [one, two] = [await house.endpoint('/one'), await house.endpoint('/two')];
    await house.endpoint('/other-type', [pointsEarned.type]);
    house.buy();
    const calls = [...(await house.receiver.at('/one')), ...(await house.receiver.at('/two'))];
    const signers = calls.map((call) => [one, two].map(({ secret }) => isSigned(call, secret)));
    expect(signers).toEqual([
      [true, false],
      [false, true],
    ]);
    const earned = house.peer.say(pointsEarned, { ...pointsEarned.example, merchantId: house.merchantId });
    const [call] = await house.receiver.at('/other-type');
    expect(call?.headers['webhook-id']).toBe(earned);
    expect(house.receiver.calls.filter(({ path }) => path === '/other-type')).toHaveLength(1);
  });

  it('GAP-WAL-10: tells of every public event of money and points, a balance that crossed its threshold among them', async () => {
    const said = new Map<string, string>();
    const contracts = allContracts.filter(({ type }) => publicEventTypes.includes(type));
    await house.endpoint('/money', [...publicEventTypes]);
    for (const contract of contracts)
      said.set(contract.type, house.peer.say(contract, { ...contract.example, merchantId: house.merchantId }));
    const told = await house.receiver.at('/money', contracts.length);
    expect(told.map(({ headers }) => headers['webhook-id']).sort()).toEqual([...said.values()].sort());
    expect([...said.keys()].sort()).toEqual([...publicEventTypes].sort());
    expect(publicEventTypes).toContain('wallet.balance.crossed');
  });

  it('never holds what happened at another merchant, or what was imported', async () => {
    await house.endpoint('/own', [orderCompleted.type, orderPlaced.type, tierUpgraded.type]);
    const imported = house.buy({ origin: 'import' });
    // Side by side, so that they are worked off in the same sets.
    const bought = Array.from({ length: 30 }, () => [house.buy({ merchantId: newId() }), house.buy()] as const);
    const ids = bought.flatMap(([elsewhere, own]) => [elsewhere.messageId, own.messageId]);
    await house.heard('webhooks.on.orders.order.completed', imported.messageId, ...ids);
    await eventually(async () => (await house.count(`webhook_deliveries WHERE state = 'pending'`)) === 0);
    const told = (await house.receiver.at('/own')).map(({ headers }) => String(headers['webhook-id']));
    expect(told.sort()).toEqual(bought.map(([, own]) => own.messageId).sort());
  });

  it('is one per endpoint and event, although the event comes twice and the process is restarted in between', async () => {
    const { id } = await house.endpoint('/once');
    const { messageId, ...event } = house.buy();
    await house.delivery(id, messageId, 'delivered', 1);
    await house.restart();
    house.buy(event, messageId);
    const later = house.buy();
    await house.delivery(id, later.messageId, 'delivered', 1);
    const ids = (await house.receiver.at('/once')).map(({ headers }) => headers['webhook-id']);
    expect(ids).toEqual([messageId, later.messageId]);
  });

  it('DIF-NOT-1: the database itself refuses a second one for the same endpoint and event', async () => {
    const { id } = await house.endpoint('/unique');
    const { messageId } = house.buy();
    await house.delivery(id, messageId, 'delivered', 1);
    const copy = `INSERT INTO webhook_deliveries (id, endpoint_id, merchant_id, event_id, event_type, payload)
      SELECT gen_random_uuid(), endpoint_id, merchant_id, event_id, event_type, payload FROM webhook_deliveries WHERE event_id = $1`;
    await expect(house.service.query(copy, [messageId])).rejects.toThrow(/unique constraint/);
  });
});

describe('a failure', () => {
  it('NOT-05: is tried again after each wait with the same id and a new signature, then given up', async () => {
    const { id, secret } = await house.endpoint('/down');
    house.receiver.answers = 503;
    const { messageId } = house.buy();
    for (const [index, wait] of waits.entries()) {
      const { next_at } = await house.delivery(id, messageId, 'pending', index + 1);
      expect(new Date(next_at)).toEqual(new Date(house.clock.now().getTime() + wait));
      house.clock.advance(wait);
    }
    const given = await house.delivery(id, messageId, 'failed', waits.length + 1);
    expect([given.last_status, given.last_error]).toEqual([503, 'answered 503']);
    const calls = await house.receiver.at('/down', waits.length + 1);
    expect(new Set(calls.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([messageId]));
    for (const call of calls) expect(isSigned(call, secret)).toBe(true);
    expect(house.peer.of(webhookDelivered, { eventId: messageId, endpointId: id })).toEqual([]);
    const log = await house.service.query(
      'SELECT attempt, status FROM webhook_attempts WHERE delivery_id = $1 ORDER BY id',
      [given.id],
    );
    expect(log).toEqual(calls.map((_, index) => ({ attempt: index + 1, status: 503 })));
  });

  it('in between, it arrives as soon as the endpoint is back', async () => {
    const { id } = await house.endpoint('/back');
    house.receiver.answers = 500;
    const { messageId } = house.buy();
    await house.delivery(id, messageId, 'pending', 1);
    house.receiver.answers = 204;
    house.clock.advance(5 * secondMs);
    await house.delivery(id, messageId, 'delivered', 2);
  });

  it('is a redirect, which is not followed', async () => {
    const { id } = await house.endpoint('/moved');
    house.receiver.answers = 302;
    const { messageId } = house.buy();
    expect(await house.delivery(id, messageId, 'pending', 1)).toMatchObject({ last_status: 302 });
    expect(house.receiver.calls.filter(({ path }) => path === '/elsewhere')).toEqual([]);
  });

  it('is an endpoint that never answers, and holds up nobody else', async () => {
    const silent = await house.endpoint('/silent');
    house.receiver.answers = 'silence';
    const { messageId } = house.buy();
    await house.receiver.at('/silent');
    house.receiver.answers = 200;
    const other = await house.endpoint('/awake');
    const next = house.buy();
    await house.delivery(other.id, next.messageId, 'delivered', 1);
    const { last_status, last_error } = await house.delivery(silent.id, messageId, 'pending', 1);
    expect([last_status, last_error]).toEqual([null, expect.stringMatching(/timeout/i)]);
  });
});

describe('by hand', () => {
  it('NOT-05: a delivery is sent again with the same id, once per key', async () => {
    const { id } = await house.endpoint('/replay');
    const { messageId } = house.buy();
    const delivery = await house.delivery(id, messageId, 'delivered', 1);
    const staff = house.staff();
    const resend = (key: string) => staff.post(`/api/v1/webhooks/deliveries/${delivery.id}/resend`, {}, { key });
    expect((await resend('first')).status).toBe(202);
    const calls = await house.receiver.at('/replay', 2);
    expect(calls.map(({ headers }) => headers['webhook-id'])).toEqual([messageId, messageId]);
    await house.delivery(id, messageId, 'delivered', 1);
    expect((await resend('first')).headers.get('idempotent-replayed')).toBe('true');
    expect(await house.receiver.at('/replay', 2)).toHaveLength(2);
  });

  it('one that is on its way is not', async () => {
    const { id } = await house.endpoint('/on-its-way');
    house.receiver.answers = 500;
    const { messageId } = house.buy();
    const delivery = await house.delivery(id, messageId, 'pending', 1);
    const answer = await house.staff().post(`/api/v1/webhooks/deliveries/${delivery.id}/resend`);
    expect([answer.status, answer.problem?.code]).toEqual([409, 'delivery_pending']);
  });
});

describe('an endpoint', () => {
  it('that was ended hears nothing more, not even what was waiting for it', async () => {
    const { id } = await house.endpoint('/ended');
    house.receiver.answers = 500;
    const waiting = house.buy();
    await house.delivery(id, waiting.messageId, 'pending', 1);
    expect(
      (await house.staff().delete(`/api/v1/webhooks/endpoints/${id}`, { headers: { 'idempotency-key': newId() } }))
        .status,
    ).toBe(200);
    house.receiver.answers = 200;
    house.clock.advance(5 * secondMs);
    await house.delivery(id, waiting.messageId, 'failed', 2);
    const next = house.buy();
    await house.heard('webhooks.on.orders.order.completed', next.messageId);
    expect(await house.receiver.at('/ended')).toHaveLength(1);
    expect(await house.count('webhook_deliveries WHERE event_id = $1 AND endpoint_id = $2', [next.messageId, id])).toBe(
      0,
    );
  });

  it('SET-19: shows its secret once and keeps it encrypted', async () => {
    const { id, secret } = await house.endpoint('/secret');
    const { body } = await house
      .staff()
      .get<{ data: EndpointDto[] }>('/api/v1/webhooks/endpoints', { query: { limit: 100 } });
    const shown = body.data.find((endpoint) => endpoint.id === id);
    expect(shown).toMatchObject({ url: `${house.receiver.url}/secret`, active: true });
    expect(JSON.stringify(body)).not.toContain('whsec_');
    expect(await house.count('webhook_endpoints AS kept WHERE strpos(kept::text, $1) > 0', [secret.slice(6)])).toBe(0);
  });

  it('is asked for with a type that is public', async () => {
    const url = `${house.receiver.url}/x`;
    const answer = await house
      .staff()
      .post('/api/v1/webhooks/endpoints', { url, event_types: ['auth.user.registered'] });
    expect(answer.status).toBe(400);
  });

  it('AUTH-48: belongs to one merchant', async () => {
    const { id } = await house.endpoint('/mine');
    const { messageId } = house.buy();
    const delivery = await house.delivery(id, messageId, 'delivered');
    const stranger = house.staff('merchant_admin', newId());
    const key = { headers: { 'idempotency-key': newId() } };
    expect((await stranger.get<{ data: unknown[] }>('/api/v1/webhooks/endpoints')).body.data).toEqual([]);
    expect((await stranger.get<{ data: unknown[] }>('/api/v1/webhooks/deliveries')).body.data).toEqual([]);
    expect((await stranger.delete(`/api/v1/webhooks/endpoints/${id}`, key)).status).toBe(404);
    expect((await stranger.post(`/api/v1/webhooks/deliveries/${delivery.id}/resend`)).status).toBe(404);
    expect((await house.staff('ops_marketing').get('/api/v1/webhooks/endpoints')).status).toBe(403);
  });

  it('is one of twenty at the most, also when they are added at once', async () => {
    const merchantId = newId();
    const add = (number: number) =>
      house.staff('merchant_admin', merchantId).post('/api/v1/webhooks/endpoints', {
        url: `${house.receiver.url}/${number}`,
        event_types: [orderCompleted.type],
      });
    const answers = await Promise.all(Array.from({ length: 24 }, (_, number) => add(number)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(answers.filter(({ problem }) => problem?.code === 'too_many_endpoints')).toHaveLength(4);
  });
});
