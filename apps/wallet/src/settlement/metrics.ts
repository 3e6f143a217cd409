import { Counter } from 'prom-client';

export const transfersByState = new Counter({
  name: 'wallet_settlement_transfers_total',
  help: 'Transfers between partners that were opened or paid',
  labelNames: ['state'],
});
