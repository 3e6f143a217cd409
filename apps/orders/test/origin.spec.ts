import { paymentReserve } from '@florin/contracts';
import { House, soon } from './house';

let house: House;
const address = '203.0.113.77';
beforeAll(async () => {
  house = await House.open({ env: { TRUSTED_PROXIES: '127.0.0.1/32', CLIENT_COUNTRY_HEADER: 'X-Client-Country' } });
});
afterAll(() => house.close());

it('WAL-20: a checkout says where it came from, sealed: equal addresses have equal keys, and no address is kept or said', async () => {
  const ada = house.shopper();
  const place = async (from: string) => {
    const cart = await house.cart(ada);
    const { body } = await house.place(
      ada,
      cart.id,
      { payment: { card_token: 'tok_visa', card_fingerprint: 'fp_ada', card_country: 'NL' } },
      { headers: { 'x-forwarded-for': from, 'x-client-country': 'BE', 'user-agent': 'a browser' } },
    );
    const about = { checkoutId: body.checkout_id };
    await soon(async () => expect(house.neighbours.of(paymentReserve, about)).toHaveLength(1));
    return house.neighbours.of(paymentReserve, about)[0];
  };
  const [one, same, other] = [await place(address), await place(address), await place('203.0.113.78')];
  expect(one).toMatchObject({
    addressPrefix: '203.0.113.0/24',
    country: 'BE',
    cardFingerprint: 'fp_ada',
    cardCountry: 'NL',
  });
  expect(one?.addressKey).toMatch(/^[0-9a-f]{32}$/);
  expect(one?.deviceKey).toMatch(/^[0-9a-f]{32}$/);
  expect([same?.addressKey, same?.addressKey === other?.addressKey]).toEqual([one?.addressKey, false]);
  const said = await house.service.query<{ said: string }>('SELECT envelope::text AS said FROM outbox');
  expect(said.filter((row) => row.said.includes(address) || row.said.includes('browser'))).toEqual([]);
});
