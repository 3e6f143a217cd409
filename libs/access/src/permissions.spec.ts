import { permissionsOf, resources, roles } from './permissions';

describe('the permission catalogue', () => {
  it('AUTH-43: every resource has read, write and admin', () => {
    const all = permissionsOf('platform_admin');
    for (const resource of resources)
      for (const level of ['read', 'write', 'admin'] as const) expect(all.has(`${resource}:${level}`)).toBe(true);
    expect(all.size).toBe(resources.length * 3);
  });

  it('AUTH-45: admin implies write implies read, never upwards', () => {
    const marketing = permissionsOf('ops_marketing');
    expect([
      marketing.has('orders.coupon:admin'),
      marketing.has('orders.coupon:write'),
      marketing.has('orders.coupon:read'),
    ]).toEqual([true, true, true]);
    expect([
      marketing.has('loyalty.program:write'),
      marketing.has('loyalty.program:read'),
      marketing.has('loyalty.program:admin'),
    ]).toEqual([true, true, false]);
  });

  it('AUTH-50: merchant_admin only views programs, and manages its own catalogue, staff and settings', () => {
    const may = permissionsOf('merchant_admin');
    expect([may.has('loyalty.program:read'), may.has('loyalty.program:write')]).toEqual([true, false]);
    expect(
      ['catalog.product:admin', 'auth.user:admin', 'auth.setting:admin'].every((name) => may.has(name as never)),
    ).toBe(true);
    expect(may.has('wallet.account:write')).toBe(false);
  });

  it('AUTH-51: ops_marketing manages campaigns and programs but moves no money', () => {
    const may = permissionsOf('ops_marketing');
    expect([may.has('loyalty.program:write'), may.has('loyalty.member:write')]).toEqual([true, true]);
    expect([...may].filter((name) => name.startsWith('wallet.') && !name.startsWith('wallet.own'))).toEqual([]);
  });

  it('AUTH-52: finance_ops adjusts balances, approves refunds and freezes accounts', () => {
    const may = permissionsOf('finance_ops');
    expect(
      ['wallet.account:admin', 'orders.refund:admin', 'loyalty.member:write'].every((name) => may.has(name as never)),
    ).toBe(true);
    expect(may.has('catalog.product:write')).toBe(false);
  });

  it('AUTH-53: auditor reads everything and changes nothing but its own account', () => {
    const may = permissionsOf('auditor');
    for (const resource of resources) expect(may.has(`${resource}:read`)).toBe(true);
    expect([...may].filter((name) => !name.endsWith(':read'))).toEqual(['auth.own:write']);
  });

  it('AUTH-54: system has every permission', () => {
    expect(permissionsOf('system')).toEqual(permissionsOf('platform_admin'));
  });

  it('AUTH-55: a customer touches only what is theirs, in every module', () => {
    expect([...permissionsOf('customer')].every((name) => name.includes('.own:'))).toBe(true);
    expect(roles).toHaveLength(9);
    expect(permissionsOf('nobody').size + permissionsOf('__proto__').size + permissionsOf('constructor').size).toBe(0);
  });
});
