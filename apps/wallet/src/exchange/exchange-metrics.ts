import { Counter } from 'prom-client';

export const exchanges = new Counter({
  name: 'wallet_exchanges_total',
  help: "Exchanges of members' money, by pair of currencies",
  labelNames: ['pair'],
});
