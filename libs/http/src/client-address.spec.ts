import { limitedAddress, TrustedProxies } from './client-address';

describe('the address of the client', () => {
  const proxies = new TrustedProxies(['10.0.0.0/8', '::1', '192.168.1.5']);

  it.each([
    ['a stranger who invents a chain is still himself', '203.0.113.9', '1.2.3.4', '203.0.113.9'],
    ['our proxy says who it is', '10.1.2.3', '203.0.113.9', '203.0.113.9'],
    ['what the client wrote stands left of what our proxy added', '10.1.2.3', '1.2.3.4, 203.0.113.9', '203.0.113.9'],
    ['two of our proxies in a row', '10.1.2.3', '6.6.6.6, 203.0.113.9, 192.168.1.5', '203.0.113.9'],
    ['all of them ours', '10.1.2.3', '10.9.9.9', '10.9.9.9'],
    ['rubbish in the chain ends it', '10.1.2.3', '203.0.113.9, <script>', '10.1.2.3'],
    ['an IPv4 address on an IPv6 socket', '::ffff:10.1.2.3', '203.0.113.9', '203.0.113.9'],
    ['nobody forwarded', '10.1.2.3', undefined, '10.1.2.3'],
  ])('CMP-AUTH-5: %s', (_, socket, header, client) => expect(proxies.clientOf(socket, header)).toBe(client));

  it('CMP-AUTH-5: nobody is trusted unless configured', () => {
    expect(new TrustedProxies([]).clientOf('127.0.0.1', '1.2.3.4')).toBe('127.0.0.1');
  });

  it('refuses ranges that are none', () => expect(() => new TrustedProxies(['everybody'])).toThrow('TRUSTED_PROXIES'));

  it('GW-13: an IPv6 customer is one /64, however they spell it', () => {
    const spellings = ['2001:db8:1:2::1', '2001:0db8:0001:0002:ffff:ffff:ffff:ffff', '2001:DB8:1:2:3:4:5:6'];
    expect(new Set(spellings.map(limitedAddress)).size).toBe(1);
    expect(limitedAddress('2001:db8:1:3::1')).not.toBe(limitedAddress('2001:db8:1:2::1'));
    expect([limitedAddress('::1'), limitedAddress('2001:db8::1')]).toEqual(['0:0:0:0::/64', '2001:db8:0:0::/64']);
    expect(limitedAddress('203.0.113.9')).toBe('203.0.113.9');
  });
});
