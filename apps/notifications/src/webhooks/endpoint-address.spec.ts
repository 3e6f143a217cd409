import { isInside, requireEndpointUrl } from './endpoint-address';

it.each([
  '127.0.0.1',
  '10.1.2.3',
  '169.254.169.254',
  '172.31.0.1',
  '192.168.1.1',
  '::1',
  '::ffff:127.0.0.1',
  'fd00::1',
  'fe80::1',
])('knows %s as inside', (address) => {
  expect(isInside(address)).toBe(true);
});

it.each(['93.184.216.34', '2606:2800:220:1::1'])('knows %s as public', (address) => {
  expect(isInside(address)).toBe(false);
});

it.each([
  ['no address', 'url_invalid'],
  ['https://user:secret@shop.test/', 'url_invalid'],
  ['http://shop.test/', 'url_not_https'],
  ['ftp://shop.test/', 'url_not_https'],
  ['https://localhost/', 'url_not_public'],
  ['https://169.254.169.254/latest', 'url_not_public'],
  ['https://[::1]/', 'url_not_public'],
])('refuses %s', (url, code) => {
  expect(() => requireEndpointUrl(url, false)).toThrow(expect.objectContaining({ code }));
});

it('takes a public address, and in a local run this machine', () => {
  expect(() => requireEndpointUrl('https://shop.test/hooks', false)).not.toThrow();
  expect(() => requireEndpointUrl('http://localhost:4000/dev/webhooks/in/x', true)).not.toThrow();
});
