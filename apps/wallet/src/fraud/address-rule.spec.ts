import fc from 'fast-check';
import { AddressList, isListable, isPrivate } from './address-lists';
import { addressRule } from './address-rule';
import { featuresOf, type PastPayment } from './features';
import { defaultSettings, type FraudSettings } from './fraud-settings';

const keyOf = (address: string) => `key of ${address}`;
const kept = (address: string, prefix: string) => ({ key: keyOf(address), prefix });
const by = (memberId: string, cardKey?: string): PastPayment => ({
  agoSeconds: 100,
  amountMinor: 1_000,
  currency: 'EUR',
  memberId,
  cardKey,
  declined: false,
});

const settings = (lists: Partial<FraudSettings['address']> = {}): FraudSettings => ({
  ...defaultSettings,
  address: { ...defaultSettings.address, members_at_most: 2, cards_at_most: 3, ...lists },
});
const signs = (ofAddress: PastPayment[], lists: Partial<FraudSettings['address']> = {}, address = '203.0.113.9') =>
  addressRule(
    featuresOf(
      {
        memberId: 'ada',
        amountMinor: 1_000,
        currency: 'EUR',
        addressKey: keyOf(address),
        addressPrefix: `${address.split('.').slice(0, 3).join('.')}.0/24`,
      },
      { ofMember: [], ofCard: [], ofAddress, ofMerchant: [] },
    ),
    settings(lists),
    keyOf,
  ).reasons;

describe('WAL-20: addresses', () => {
  it('counts the members and the cards behind one address, not how often they come', () => {
    expect(signs([by('ada'), by('ada'), by('ben'), by('ben')])).toEqual([]);
    expect(signs([by('ben'), by('cas')])).toMatchObject([
      { code: 'many_members_at_address', facts: { members: 3, at_most: 2 } },
    ]);
    expect(signs(['a', 'b', 'c', 'd'].map((card) => by('ada', card)))).toMatchObject([
      { code: 'many_cards_at_address', facts: { cards: 4, at_most: 3 } },
    ]);
  });

  it('refuses who is on the list, by address or network, and counts nobody who is on the other', () => {
    for (const denied of [['203.0.113.9'], ['203.0.113.0/24'], ['203.0.0.0/16']])
      expect(signs([], { denied })).toMatchObject([{ code: 'address_denied', score: 100, decisive: true }]);
    for (const denied of [['203.0.113.8'], ['203.0.112.0/24'], ['204.0.0.0/8']])
      expect(signs([], { denied })).toEqual([]);
    const crowd = ['a', 'b', 'c', 'd'].map((member) => by(member));
    expect(signs(crowd, { allowed: ['203.0.113.0/24'] })).toEqual([]);
    expect(signs([], { proxies: ['203.0.113.0/24'] })).toMatchObject([{ code: 'address_of_proxy' }]);
  });

  it('says nothing about a crowd behind a private address', () => {
    const crowd = ['a', 'b', 'c', 'd'].map((member) => by(member));
    for (const address of ['127.0.0.1', '10.1.2.3', '192.168.4.5', '100.64.1.1', '172.31.0.1'])
      expect(signs(crowd, {}, address)).toEqual([]);
    expect(isPrivate(kept('::1', '0:0:0::/48'))).toBe(true);
    expect(isPrivate(kept('fd00::1', 'fd00:0:0::/48'))).toBe(true);
    expect(isPrivate(kept('2001:db8::1', '2001:db8:0::/48'))).toBe(false);
  });
});

it('takes addresses and networks, none finer than what is kept and none absurdly wide', () => {
  for (const fine of ['203.0.113.9', '203.0.113.0/24', '10.0.0.0/8', '2001:db8::1', '2001:db8::/48', '2001::/16'])
    expect([fine, isListable(fine)]).toEqual([fine, true]);
  for (const odd of [
    '',
    '203.0.113',
    '203.0.113.0/25',
    '0.0.0.0/0',
    '2001:db8::/64',
    '::/0',
    'example.org',
    '1.2.3.4/8/9',
    '1.2.3.4/x',
  ])
    expect([odd, isListable(odd)]).toEqual([odd, false]);
});

it('a network on a list holds exactly the addresses that begin like it', () => {
  const octet = fc.nat({ max: 255 });
  fc.assert(
    fc.property(octet, octet, octet, octet, fc.integer({ min: 8, max: 24 }), (a, b, c, d, bits) => {
      const list = new AddressList([`${a}.${b}.${c}.0/${bits}`], keyOf);
      const flipped = ((((a << 16) | (b << 8) | c) ^ (1 << (24 - bits))) >>> 0) & 0xffffff;
      const other = `${flipped >>> 16}.${(flipped >>> 8) & 255}.${flipped & 255}`;
      expect(list.has(kept(`${a}.${b}.${c}.${d}`, `${a}.${b}.${c}.0/24`))).toBe(true);
      expect(list.has(kept(`${other}.${d}`, `${other}.0/24`))).toBe(false);
    }),
  );
});
