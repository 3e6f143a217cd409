import { addressKeyOf, addressPrefixOf, sealOrigin } from './request-origin';

const secret = 'a secret of the test';

it('keeps of an address its network and a keyed hash, which nobody without the secret can make', () => {
  const open = { address: '203.0.113.9', userAgent: 'Browser/1', country: 'NL' };
  const sealed = sealOrigin(open, secret);
  expect(sealed).toEqual({
    addressKey: expect.stringMatching(/^[0-9a-f]{32}$/),
    addressPrefix: '203.0.113.0/24',
    deviceKey: expect.stringMatching(/^[0-9a-f]{32}$/),
    country: 'NL',
  });
  expect(sealOrigin(open, secret)).toEqual(sealed);
  expect(sealOrigin(open, 'another secret').addressKey).not.toBe(sealed.addressKey);
  expect(sealOrigin({ ...open, userAgent: undefined, country: undefined }, secret)).toEqual({
    addressKey: sealed.addressKey,
    addressPrefix: sealed.addressPrefix,
  });
});

it('an IPv6 customer is one, however many addresses of the /64 they use', () => {
  expect(addressKeyOf('2001:db8:1:2::1', secret)).toBe(addressKeyOf('2001:db8:1:2:ffff::9', secret));
  expect(addressKeyOf('2001:db8:1:2::1', secret)).not.toBe(addressKeyOf('2001:db8:1:3::1', secret));
  expect(addressPrefixOf('2001:db8:1:2::1')).toBe('2001:db8:1::/48');
  expect(addressPrefixOf('::1')).toBe('0:0:0::/48');
});
