import { Gauge } from 'prom-client';

export const differences = new Gauge({
  name: 'wallet_reconciliation_differences',
  help: 'Open exceptions of reconciliation: lines that nothing explains, payments that no line explains',
  labelNames: ['currency', 'kind'],
});
export const differencesMinor = new Gauge({
  name: 'wallet_reconciliation_differences_minor',
  help: 'Sum of the absolute amounts of open exceptions of reconciliation, in minor units',
  labelNames: ['currency', 'kind'],
});
