import { Counter } from 'prom-client';

export const vouchersByOutcome = new Counter({
  name: 'wallet_vouchers_total',
  help: 'Top-up vouchers that were redeemed or refused',
  labelNames: ['outcome'],
});
