import type { AccountInput } from '@florin/ledger';

/**
 * The accounts that money lives in, one per owner and currency. What is owed to somebody is above zero; what we have or
 * somebody owes us is below. All of a currency sum to zero.
 */
export const walletAccount = (memberId: string, currency: string): string => `member:${memberId}:wallet:${currency}`;
export const pendingCashbackAccount = (memberId: string, currency: string): string =>
  `member:${memberId}:cashback-pending:${currency}`;
/** What the merchant sold, less what it gave back. */
export const salesAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:sales:${currency}`;
/** What the merchant gave away as cashback. */
export const cashbackCostAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:cashback-cost:${currency}`;
/** Card money on its way from the processor to us. */
export const clearingAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:card-clearing:${currency}`;

export interface Owners {
  merchantId: string;
  memberId: string;
  currency: string;
}

/** Every account that a member and a merchant may need for the currency; opening them again changes nothing. */
export function accountsOf({ merchantId, memberId, currency }: Owners): AccountInput[] {
  return [
    { code: walletAccount(memberId, currency), asset: currency },
    { code: pendingCashbackAccount(memberId, currency), asset: currency },
    { code: salesAccount(merchantId, currency), asset: currency, allowNegative: true },
    { code: cashbackCostAccount(merchantId, currency), asset: currency, allowNegative: true },
    { code: clearingAccount(merchantId, currency), asset: currency, allowNegative: true },
  ];
}
