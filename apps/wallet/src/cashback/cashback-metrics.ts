import { Counter } from 'prom-client';

export const cashbackByState = new Counter({
  name: 'wallet_cashback_total',
  help: 'Cashback that reached a state',
  labelNames: ['state'],
});
