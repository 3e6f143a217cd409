import { Counter } from 'prom-client';

export const giftCardsByChange = new Counter({
  name: 'wallet_gift_cards_total',
  help: 'What happened to gift cards',
  labelNames: ['change'],
});
