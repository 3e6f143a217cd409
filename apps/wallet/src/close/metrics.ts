import { Counter } from 'prom-client';

export const closesByStep = new Counter({
  name: 'wallet_closes_total',
  help: 'Months that were prepared or closed',
  labelNames: ['step'],
});
