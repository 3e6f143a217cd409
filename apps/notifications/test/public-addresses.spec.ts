import { orderCompleted } from '@florin/contracts';
import { House } from './house';

let house: House;
beforeAll(async () => {
  const elsewhere = { LOCAL_RUN: 'false', MAIL_FROM: 'Florin <shop@demo.test>', PUBLIC_URL: 'https://florin.test' };
  house = await House.open(elsewhere);
});
afterAll(() => house.close());

function add(url: string) {
  return house.staff().post<{ id: string }>('/api/v1/webhooks/endpoints', { url, event_types: [orderCompleted.type] });
}

describe('outside a local run', () => {
  it.each([
    ['http://hooks.demo.test/in', 'url_not_https'],
    ['https://127.0.0.1/in', 'url_not_public'],
    ['https://10.1.2.3/in', 'url_not_public'],
    ['https://169.254.169.254/latest/meta-data', 'url_not_public'],
    ['https://[::1]/in', 'url_not_public'],
    ['https://[::ffff:127.0.0.1]/in', 'url_not_public'],
    ['https://2130706433/in', 'url_not_public'],
    ['https://localhost/in', 'url_not_public'],
    ['https://user:secret@hooks.demo.test/in', 'url_invalid'],
    ['file:///etc/passwd', 'url_not_https'],
  ])('an endpoint at %s is refused', async (url, code) => {
    const answer = await add(url);
    expect([answer.status, answer.problem?.errors?.[0]?.code ?? answer.problem?.code]).toEqual([422, code]);
  });

  it('a name that was pointed at our own network later is not called', async () => {
    const answer = await add('https://hooks.demo.test/in');
    expect(answer.status).toBe(201);
    // What the name resolves to is not ours to change here; localhost is a name that resolves to the inside as well.
    const inside = house.receiver.url.replace('127.0.0.1', 'localhost');
    await house.service.query('UPDATE webhook_endpoints SET url = $2 WHERE id = $1', [answer.body.id, `${inside}/in`]);
    const { messageId } = house.buy();
    const { last_error } = await house.delivery(answer.body.id, messageId, 'pending', 1);
    expect(last_error).toContain('not public');
    expect(house.receiver.calls).toEqual([]);
  });
});
