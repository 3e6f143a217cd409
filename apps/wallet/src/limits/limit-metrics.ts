import { Counter } from 'prom-client';

export const movementsRefused = new Counter({
  name: 'wallet_movements_refused_total',
  help: "Movements of members' money that limits or a freeze refused, by what they were and why",
  labelNames: ['operation', 'code'],
});
