import { join } from 'node:path';

/** The seven, in the order of the architecture. Each has a database of its own under its own name. */
export const services = ['auth', 'wallet', 'loyalty', 'catalog', 'orders', 'notifications', 'analytics'] as const;
export type ServiceName = (typeof services)[number];

/** The checkout: compiled, this file is dist/tools/up/services.js. */
export const root = join(__dirname, '../../..');
export const dist = join(root, 'dist');
export const node24 = join(root, 'node_modules/.bin/node');
