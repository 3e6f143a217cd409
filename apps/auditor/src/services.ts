/** The seven, in the order in which an order travels through them. */
export const services = ['auth', 'catalog', 'orders', 'wallet', 'loyalty', 'notifications', 'analytics'] as const;
export type Service = (typeof services)[number];
