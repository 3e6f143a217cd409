/**
 * What can be protected. `<service>.<thing>`; the `.own` resources are what a person may do with what is theirs,
 * so a route for own data never needs a permission over everybody's.
 */
export const resources = [
  'auth.user',
  'auth.session',
  'auth.audit',
  'auth.setting',
  'auth.own',
  'catalog.merchant',
  'catalog.product',
  'catalog.stock',
  'orders.cart',
  'orders.order',
  'orders.refund',
  'orders.coupon',
  'orders.own',
  'wallet.account',
  'wallet.topup',
  'wallet.payment',
  'wallet.refund',
  'wallet.cashback',
  'wallet.gift_card',
  'wallet.fraud',
  'wallet.payout',
  'wallet.reconciliation',
  'wallet.close',
  'wallet.ledger',
  'wallet.setting',
  'wallet.own',
  'loyalty.program',
  'loyalty.member',
  'loyalty.event',
  'loyalty.receipt',
  'loyalty.own',
  'notifications.template',
  'notifications.webhook',
  'notifications.delivery',
  'notifications.own',
  'analytics.dashboard',
  'analytics.event',
  'messaging.dead_letter',
  'platform.job',
] as const;

export type Resource = (typeof resources)[number];
export type Level = 'read' | 'write' | 'admin';
export type Permission = `${Resource}:${Level}`;

/** Each level with the levels it implies: admin may do what write may, write what read may. */
const implied: Record<Level, readonly Level[]> = {
  read: ['read'],
  write: ['write', 'read'],
  admin: ['admin', 'write', 'read'],
};

/** What a role is granted: one resource, every resource of a service (`orders.*`) or all (`*`), up to a level. */
type Grant = `${Resource | `${string}.*` | '*'}:${Level}`;

const ownAccount: readonly Grant[] = ['auth.own:write', 'notifications.own:write'];

/** The roles (AUTH-50 to AUTH-54 and the four that stand beside them) and what each may do. */
const grants = {
  customer: [...ownAccount, 'orders.own:write', 'wallet.own:write', 'loyalty.own:write'],
  support_agent: [
    ...ownAccount,
    'auth.user:read',
    'auth.session:write',
    'catalog.*:read',
    'orders.*:read',
    'orders.refund:write',
    'wallet.*:read',
    'loyalty.*:read',
    'notifications.delivery:write',
  ],
  catalog_manager: [
    ...ownAccount,
    'catalog.product:admin',
    'catalog.stock:admin',
    'catalog.merchant:read',
    'orders.order:read',
  ],
  merchant_admin: [
    ...ownAccount,
    'auth.user:admin',
    'auth.setting:admin',
    'catalog.*:admin',
    'orders.*:read',
    'orders.refund:write',
    'orders.coupon:write',
    'loyalty.*:read',
    'wallet.*:read',
    'notifications.template:write',
    'notifications.webhook:admin',
    'notifications.delivery:read',
    'analytics.*:read',
  ],
  ops_marketing: [
    ...ownAccount,
    'catalog.*:read',
    'orders.*:read',
    'orders.coupon:admin',
    'loyalty.program:write',
    'loyalty.member:write',
    'loyalty.event:write',
    'loyalty.receipt:read',
    'notifications.template:write',
    'notifications.delivery:read',
    'analytics.*:read',
  ],
  finance_ops: [
    ...ownAccount,
    'orders.*:read',
    'orders.refund:admin',
    'wallet.*:admin',
    'loyalty.*:read',
    'loyalty.member:write',
    'analytics.*:read',
    'auth.user:read',
    'auth.session:write',
  ],
  auditor: ['*:read', 'auth.own:write'],
  system: ['*:admin'],
  platform_admin: ['*:admin'],
} satisfies Record<string, readonly Grant[]>;

export type Role = keyof typeof grants;
export const roles = Object.keys(grants) as readonly Role[];

function expand(grant: Grant): Permission[] {
  const [pattern = '', level = ''] = grant.split(':');
  const prefix = pattern.endsWith('*') ? pattern.slice(0, -1) : undefined;
  return resources
    .filter((resource) => (prefix === undefined ? resource === pattern : resource.startsWith(prefix)))
    .flatMap((resource) => implied[level as Level].map((granted): Permission => `${resource}:${granted}`));
}

const granted: Record<string, ReadonlySet<Permission>> = Object.freeze(
  Object.assign(
    Object.create(null) as Record<string, ReadonlySet<Permission>>,
    Object.fromEntries(Object.entries(grants).map(([role, list]) => [role, new Set(list.flatMap(expand))])),
  ),
);

const nothing: ReadonlySet<Permission> = new Set();

/** Every permission the role gives, implied levels included; an unknown role gives none. */
export function permissionsOf(role: string): ReadonlySet<Permission> {
  return granted[role] ?? nothing;
}

/** Whether the text is a role of the catalogue; tokens may carry others, which grant nothing. */
export function isRole(text: string): text is Role {
  return text in granted;
}

const known: ReadonlySet<string> = new Set(
  resources.flatMap((resource) => implied.admin.map((level) => `${resource}:${level}`)),
);

/** Whether the text is a permission of the catalogue: `<resource>:<level>`. */
export function isPermission(text: string): text is Permission {
  return known.has(text);
}
