import type { AccountInput } from '@florin/ledger';

export interface Owners {
  merchantId: string;
  memberId: string;
  currency: string;
}

/**
 * The accounts that money lives in, one per owner and currency. What is owed to somebody is above zero; what we have or
 * somebody owes us is below. All of a currency sum to zero. A member's money is held at a merchant, who owes it.
 */
export const walletAccount = (owners: Owners): string => memberAccount(owners, 'wallet');
export const pendingCashbackAccount = (owners: Owners): string => memberAccount(owners, 'cashback-pending');
/** What the merchant sold, less what it gave back. */
export const salesAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:sales:${currency}`;
/** What the merchant gave away as cashback. */
export const cashbackCostAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:cashback-cost:${currency}`;
/** Card money on its way from the processor to us. */
export const clearingAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:card-clearing:${currency}`;

function memberAccount({ memberId, merchantId, currency }: Owners, what: string): string {
  return `member:${memberId}:merchant:${merchantId}:${what}:${currency}`;
}

/** Every account that a member and a merchant may need for the currency; opening them again changes nothing. */
export function accountsOf(owners: Owners): AccountInput[] {
  const { merchantId, currency } = owners;
  return [
    { code: walletAccount(owners), asset: currency },
    { code: pendingCashbackAccount(owners), asset: currency },
    { code: salesAccount(merchantId, currency), asset: currency, allowNegative: true },
    { code: cashbackCostAccount(merchantId, currency), asset: currency, allowNegative: true },
    { code: clearingAccount(merchantId, currency), asset: currency, allowNegative: true },
  ];
}
