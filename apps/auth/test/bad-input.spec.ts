import { newId } from '@florin/kernel';
import { describeBadInput, jwksUrl, noLimits } from '@florin/testing';
import { House } from './house';

describeBadInput('auth', async () => {
  const house = await House.open({ env: { ...noLimits, JWKS_URL: await jwksUrl() } });
  const { service, merchantId } = house;
  const { id: ownerId } = await house.person();
  return { service, merchantId, ownerId, close: () => house.close() };
});

it('SEC-13: an import with an id that is taken, or comes twice, is 409 and brings nobody', async () => {
  const house = await House.open({ env: { JWKS_URL: await jwksUrl() } });
  const staff = house.http.as({ roles: ['platform_admin'], merchants: '*' });
  const { id: taken } = await house.person();
  const user = (id: string) => ({
    id,
    email: `${newId()}@demo.test`,
    display_name: 'Ada',
    merchant_id: house.merchantId,
  });
  const twice = newId();
  for (const users of [[user(taken)], [user(twice), user(twice)]]) {
    const { status, problem } = await staff.post('/api/v1/users/import', { users });
    expect([status, problem?.code]).toEqual([409, 'id_taken']);
  }
  expect(await house.count('users WHERE id = $1', [twice])).toBe(0);
  await house.close();
});
