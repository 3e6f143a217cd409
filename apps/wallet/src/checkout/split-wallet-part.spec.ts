import fc from 'fast-check';
import { type Purse, splitRefund, splitWalletPart } from './split-wallet-part';

const purse = (source: Purse['source'], index: number): fc.Arbitrary<Purse> =>
  fc.record({
    source: fc.constant(source),
    sourceId: fc.constant(source === 'wallet' ? null : `${source}-${index}`),
    account: fc.constant(`${source}-${index}`),
    availableMinor: fc.nat(500),
    expiresAt: source === 'wallet' ? fc.constant(null) : fc.option(fc.date({ noInvalidDate: true })),
  });
const purses = fc.tuple(
  purse('wallet', 0),
  ...[1, 2, 3].map((index) => purse('gift_card', index)),
  ...[4, 5].map((index) => purse('store_credit', index)),
);
const spend = fc.constantFrom('before_wallet', 'after_wallet');

it('the parts are all of what is to be paid, and nothing but the wallet is asked for more than it has', () =>
  fc.assert(
    fc.property(purses, spend, fc.integer({ min: 1, max: 4_000 }), (all, order, amountMinor) => {
      const before = new Map(all.map(({ account, availableMinor }) => [account, availableMinor]));
      const parts = splitWalletPart(amountMinor, 'EUR', all, order);
      if (typeof parts === 'string') throw new Error(parts);
      expect(parts.reduce((sum, { paysMinor }) => sum + paysMinor, 0)).toBe(amountMinor);
      const total = [...before.values()].reduce((sum, available) => sum + available, 0);
      for (const { account, source, heldMinor } of parts) {
        expect(heldMinor).toBeGreaterThan(0);
        if (source !== 'wallet' || total >= amountMinor)
          expect(heldMinor).toBeLessThanOrEqual(before.get(account) ?? 0);
      }
    }),
  ));

it('store credit is spent before or after wallet money as the merchant says, what expires soonest first', () => {
  const all = (): Purse[] => [
    { source: 'wallet', sourceId: null, account: 'wallet', availableMinor: 100, expiresAt: null },
    { source: 'store_credit', sourceId: 'b', account: 'never', availableMinor: 100, expiresAt: null },
    { source: 'store_credit', sourceId: 'c', account: 'soon', availableMinor: 100, expiresAt: new Date(1) },
    { source: 'gift_card', sourceId: 'a', account: 'card', availableMinor: 10, expiresAt: new Date(2) },
  ];
  const paid = (
    order: 'before_wallet' | 'after_wallet',
    amountMinor: number,
    chosen?: { giftCardId: string; amountMinor: number }[],
  ) => {
    const parts = splitWalletPart(amountMinor, 'EUR', all(), order, chosen);
    return typeof parts === 'string' ? parts : parts.map(({ account, paysMinor }) => [account, paysMinor]);
  };
  expect(paid('before_wallet', 160)).toEqual([
    ['card', 10],
    ['soon', 100],
    ['never', 50],
  ]);
  expect(paid('after_wallet', 160)).toEqual([
    ['card', 10],
    ['wallet', 100],
    ['soon', 50],
  ]);
  expect(paid('before_wallet', 50, [{ giftCardId: 'a', amountMinor: 4 }])).toEqual([
    ['card', 4],
    ['soon', 46],
  ]);
  expect(paid('before_wallet', 50, [{ giftCardId: 'a', amountMinor: 11 }])).toBe('gift_card_unusable');
  expect(paid('before_wallet', 3, [{ giftCardId: 'a', amountMinor: 4 }])).toBe('gift_card_unusable');
  expect(paid('before_wallet', 311)).toEqual([
    ['card', 10],
    ['soon', 100],
    ['never', 100],
    ['wallet', 101],
  ]);
});

it('refunds in any parts give back each source exactly what it paid, the last spent first', () =>
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(200)),
      (pays, wishes) => {
        const parts = pays.map((paysMinor) => ({ paysMinor, refundedMinor: 0 }));
        const total = pays.reduce((sum, each) => sum + each, 0);
        let left = total;
        for (const wish of [...wishes, total]) {
          const amountMinor = Math.min(wish, left);
          const back = splitRefund(amountMinor, parts);
          expect(back.reduce((sum, each) => sum + each, 0)).toBe(amountMinor);
          back.forEach((each, index) => {
            const part = parts[index];
            if (part) part.refundedMinor += each;
          });
          left -= amountMinor;
          const firstTouched = parts.findIndex(({ refundedMinor }) => refundedMinor > 0);
          if (firstTouched >= 0)
            for (const part of parts.slice(firstTouched + 1)) expect(part.refundedMinor).toBe(part.paysMinor);
        }
        expect(parts.every(({ paysMinor, refundedMinor }) => paysMinor === refundedMinor)).toBe(true);
      },
    ),
  ));
