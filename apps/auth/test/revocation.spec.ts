import { FixedClock, secondMs } from '@florin/kernel';
import { eventually, type StartedService } from '@florin/testing';
import type { TokensDto } from '../src/sessions/session.dto';
import { House } from './house';
import { startNeighbour } from './neighbour';

const clock = new FixedClock(new Date());
let house: House;
let neighbour: StartedService;
beforeAll(async () => {
  house = await House.open({ clock });
  neighbour = await startNeighbour(house, 'api');
});
afterAll(async () => {
  await neighbour.close();
  await house.close();
});

const ask = (tokens: TokensDto) => neighbour.http.get('/api/v1/doors/shopper', { token: tokens.access_token });
const isRefused = (tokens: TokensDto) =>
  eventually(async () => (await ask(tokens)).problem?.code === 'session_revoked', { timeoutMs: 1_000 });

it('GAP-AUTH-06: within a second of a logout another service refuses the access tokens of that session alone', async () => {
  const person = await house.person();
  const [phone, laptop] = [await house.tokens(person), await house.tokens(person)];
  expect([(await ask(phone)).status, (await ask(laptop)).status]).toEqual([200, 200]);
  await house.logout(phone.refresh_token);
  await isRefused(phone);
  expect((await ask(laptop)).status).toBe(200);
  await eventually(
    async () => (await house.http.get('/api/v1/users/me', { token: phone.access_token })).status === 401,
  );
});

it('GAP-AUTH-06: so it does when a stolen refresh token shows up', async () => {
  const stolen = await house.tokens(await house.person());
  const heir = (await house.refresh(stolen.refresh_token)).body;
  expect((await ask(heir)).status).toBe(200);
  clock.advance(11 * secondMs);
  expect((await house.refresh(stolen.refresh_token)).status).toBe(401);
  await isRefused(heir);
});
