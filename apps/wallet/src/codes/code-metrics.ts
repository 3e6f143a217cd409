import { Counter } from 'prom-client';

export const codesRefused = new Counter({
  name: 'wallet_codes_refused_total',
  help: 'Codes of gift cards and vouchers that were refused: unknown, or tried by somebody who is locked out',
  labelNames: ['why'],
});
