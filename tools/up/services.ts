import { basename, dirname, join } from 'node:path';

/** The seven, in the order of the architecture. Each has a database of its own under its own name. */
export const services = ['auth', 'wallet', 'loyalty', 'catalog', 'orders', 'notifications', 'analytics'] as const;
export type ServiceName = (typeof services)[number];

const above = join(__dirname, '../..');
/** The checkout: this file is tools/up/services.ts, or compiled dist/tools/up/services.js. */
export const root = basename(above) === 'dist' ? dirname(above) : above;
export const dist = join(root, 'dist');
export const node24 = join(root, 'node_modules/.bin/node');
