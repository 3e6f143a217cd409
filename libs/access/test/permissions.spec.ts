import { newId } from '@florin/kernel';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { undeclaredRoutes } from '../src';
import { Keys, startTrusting } from './probe';

let keys: Keys;
let app: NestFastifyApplication;
let get: Awaited<ReturnType<typeof startTrusting>>['get'];
beforeAll(async () => {
  keys = await Keys.create('key-1');
  ({ app, get } = await startTrusting(keys));
});
afterAll(() => app.close());

describe('permissions', () => {
  it('AUTH-46, AUTH-47: a missing permission is 403 and is named', async () => {
    expect(await get('admin', await keys.sign())).toMatchObject({
      status: 403,
      body: { code: 'permission_missing', detail: expect.stringContaining('catalog.merchant:admin') as string },
    });
    expect(await get('admin', await keys.sign({ roles: ['merchant_admin'] }))).toMatchObject({ status: 200 });
    expect(await get('admin', await keys.sign({ roles: ['root', '__proto__', 'constructor'] }))).toMatchObject({
      status: 403,
    });
  });

  it('AUTH-47: any of several permissions is enough, and the route can tell which', async () => {
    expect((await get('orders', await keys.sign())).body).toEqual({ everybody: false, merchant: 'm-1' });
    expect((await get('orders', await keys.sign({ roles: ['support_agent'] }))).body).toEqual({
      everybody: true,
      merchant: 'm-1',
    });
  });

  it('AUTH-46: a route that declares nothing is refused, and the check that services run finds it', async () => {
    expect((await get('silent', await keys.sign({ roles: ['platform_admin'], merchants: '*' }))).status).toBe(500);
    expect(undeclaredRoutes(app)).toEqual(['ProbeController.silent']);
  });
});

describe('merchants', () => {
  it('AUTH-48: a foreign merchant answers 404', async () => {
    const token = await keys.sign({ roles: ['merchant_admin'] });
    expect((await get('merchants/m-1', token)).status).toBe(200);
    expect((await get('merchants/m-2', token)).status).toBe(404);
  });

  it('GW-08, AUTH-48: with several merchants the header chooses; more than the token is 403; none is 400 where one is needed', async () => {
    const token = await keys.sign({ merchants: ['m-1', 'm-2'] });
    expect(await get('orders', token)).toMatchObject({ status: 400, body: { code: 'merchant_required' } });
    expect((await get('orders', token, { 'x-merchant-id': 'm-2' })).body).toMatchObject({ merchant: 'm-2' });
    expect(await get('orders', token, { 'x-merchant-id': 'm-3' })).toMatchObject({
      status: 403,
      body: { code: 'header_exceeds_token' },
    });
    const admin = await keys.sign({ merchants: ['m-1', 'm-2'], roles: ['merchant_admin'] });
    expect((await get('merchants/m-1', admin, { 'x-merchant-id': 'm-2' })).status).toBe(404);
  });

  it('GW-08: platform staff may name any merchant by an id, and nothing else', async () => {
    const token = await keys.sign({ roles: ['platform_admin'], merchants: '*' });
    expect(await get('orders', token)).toMatchObject({ status: 400 });
    const anyone = newId();
    expect((await get('orders', token, { 'x-merchant-id': anyone })).body).toMatchObject({ merchant: anyone });
    for (const odd of ['anyone', "m';DROP TABLE x--", '-'.repeat(36)]) {
      expect(await get('orders', token, { 'x-merchant-id': odd })).toMatchObject({ status: 403 });
    }
  });

  it('GW-06, GW-07: the user and role headers only narrow', async () => {
    const token = await keys.sign({ roles: ['customer', 'support_agent'] });
    expect((await get('orders', token, { 'x-user-role': 'customer', 'x-user-id': 'user-1' })).body).toEqual({
      everybody: false,
      merchant: 'm-1',
    });
    expect(await get('orders', token, { 'x-user-role': 'platform_admin' })).toMatchObject({
      status: 403,
      body: { code: 'header_exceeds_token' },
    });
    expect((await get('orders', token, { 'x-user-id': 'user-2' })).status).toBe(403);
    expect((await get('orders', token)).body).toMatchObject({ everybody: true });
  });
});
