import { scrub } from './scrub';

describe('a line of the log', () => {
  const secrets: [string, unknown][] = [
    ['an authorization header', { headers: { authorization: 'Bearer abcdefgh12345' } }],
    ['a cookie', { req: { headers: { cookie: 'sid=s3cret; a=b' } } }],
    ['a password', { body: { email: 'ada@demo.test', password: 's3cret "with" quotes \\ and more' } }],
    ['a refresh token', { refresh_token: 's3cret' }],
    ['a list of tokens', { token: ['s3cret'] }],
    ['a number named pin', { pin: 3141 }],
    ['JSON inside a message', { msg: 'got {"password":"s3cret","n":1}' }],
    ['JSON quoted twice', { msg: JSON.stringify({ inner: JSON.stringify({ password: 's3cret' }) }) }],
    ['the password of an address', { msg: 'connecting to postgres://florin:s3cret@db:5432/orders' }],
    ['a token in a query', { url: '/api/v1/auth/verify?token=s3cret&x=1' }],
    ['a signed token', { msg: 'refused eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJzM2NyZXQifQ.c2lnbmF0dXJl' }],
    ['a card number', { msg: 'card 4242424242424242 declined' }],
    ['a card number with dashes', { note: '4242-4242-4242-4242' }],
  ];
  it.each(secrets)('OBS-30, WAL-14: does not show %s', (_what, entry) => {
    const line = scrub(JSON.stringify(entry));
    expect(line).not.toMatch(/s3cret|abcdefgh12345|4242|3141|eyJzdW/);
    expect(line).toContain('[hidden]');
    expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it('WAL-14: replaces a card number that stands as a number by one', () => {
    expect(JSON.parse(scrub('{"value":5555555555554444,"list":[4242424242424242]}'))).toEqual({ value: 0, list: [0] });
  });

  it('leaves ids, times and amounts alone', () => {
    const entry = {
      time: '2026-11-21T10:00:00.000Z',
      request_id: '0197f3a2-1111-7222-8333-444455556666',
      amount_minor: 4242424242424241,
      since: 1764000000002,
      trace_id: '42424242424242424242424242424242',
      tokens_used: 12,
      msg: 'order 4242424242424243 of shop pinned at 12:30',
    };
    expect(JSON.parse(scrub(JSON.stringify(entry)))).toEqual(entry);
  });
});
