import { readWish } from './trigger';

describe('florin trigger', () => {
  it('reads amounts exactly, and refuses what is none', () => {
    const amount = (text: string): number => readWish(['orders.order.completed', '--amount', text]).amountMinor;
    expect([amount('72.50'), amount('72.5'), amount('72'), amount('0.07'), amount('1234567.89')]).toEqual([
      7250, 7250, 7200, 7, 123456789,
    ]);
    for (const wrong of ['', '72.505', '-1', '7e3', 'x']) expect(() => amount(wrong)).toThrow('no amount');
  });

  it('says what can be triggered', () => {
    expect(() => readWish(['orders.order.cancelled'])).toThrow('cannot be triggered');
  });
});
