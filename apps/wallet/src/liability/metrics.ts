import { Counter } from 'prom-client';

export const lotEvents = new Counter({
  name: 'wallet_lot_points_total',
  help: 'Points of lots that were earned, redeemed, expired or clawed back',
  labelNames: ['kind'],
});
