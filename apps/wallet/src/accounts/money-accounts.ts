import type { AccountInput } from '@florin/ledger';

export interface Owners {
  merchantId: string;
  memberId: string;
  currency: string;
}

/** A gift card or a grant of store credit. */
export interface StoredValue {
  id: string;
  merchantId: string;
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
/** Paid out by the payout provider and not yet taken from our bank account: we owe it the provider. */
export const payoutAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:payouts:${currency}`;
/** What members paid for withdrawals. */
export const payoutFeesAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:payout-fees:${currency}`;
/** Paid out although it had been given back: members owe it us, so it is below zero. */
export const payoutShortfallAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:payout-shortfall:${currency}`;
/** The price of points that is no revenue yet: goods or services that are owed to the members of the program. Above zero. */
export const contractLiabilityAccount = (merchantId: string, programId: string, currency: string): string =>
  `merchant:${merchantId}:contract-liability:${programId}:${currency}`;
/** What the merchant earned with points that were redeemed. Above zero, like sales. */
export const pointsRevenueAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:points-revenue:${currency}`;
/** What the merchant earned with points that nobody will redeem. Above zero, below when too much was expected. */
export const breakageIncomeAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:breakage-income:${currency}`;
/** What a partner (`operator`, `merchant:<id>`, `brand:<id>`) is owed for points spent there, above zero, or owes, below. */
export const partnerAccount = (partner: string, currency: string): string =>
  `partner:${partner}:settlement:${currency}`;
/** What a merchant paid in ahead for the points that it funds: owed back to it, above zero. */
export const prefundingAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:prefunding:${currency}`;
/** Where that money lies: what we have, below zero. */
export const prefundingBankAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:prefunding-bank:${currency}`;
/** Money on one account at a bank or a processor, as its statements explain it: what we have, below zero. */
export const statementAccount = (merchantId: string, accountId: string, currency: string): string =>
  `merchant:${merchantId}:statement:${accountId}:${currency}`;
/** Left one of our accounts and not yet seen on the other: what we have, below zero. */
export const transitAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:transit:${currency}`;
/** What processors and banks kept for their work: a cost, below zero. */
export const processorFeesAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:processor-fees:${currency}`;
/** What statements said and nothing explains: written off, above zero when it came in, below when it went out. */
export const reconciliationDifferencesAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:reconciliation-differences:${currency}`;
/** An account that staff opened for journals by hand; its sign is what they use it for. */
export const booksAccount = (merchantId: string, name: string, currency: string): string =>
  `merchant:${merchantId}:books:${name}:${currency}`;

/** What is on a gift card: owed to whoever has it. */
export const giftCardAccount = ({ id, merchantId, currency }: StoredValue): string =>
  `merchant:${merchantId}:gift-card:${id}:${currency}`;
/** What was issued as gift cards, sold or given away: below zero by as much. */
export const giftCardsIssuedAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:gift-cards-issued:${currency}`;
/** What is left of one grant of store credit: owed to the member, in goods only. */
export const storeCreditAccount = ({ id, merchantId, currency }: StoredValue): string =>
  `merchant:${merchantId}:store-credit:${id}:${currency}`;
/** What the merchant granted as store credit: below zero by as much. */
export const storeCreditCostAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:store-credit-cost:${currency}`;
/** What the merchant keeps of gift cards and store credit that expired: above zero, it is theirs. */
export const expiredValueAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:expired-value:${currency}`;
/** What the merchant gave away with top-up vouchers: below zero by as much. */
export const voucherCostAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:voucher-cost:${currency}`;
/** What the merchant is long (above zero) or short of a currency by exchanging members' money. */
export const exchangePositionAccount = (merchantId: string, currency: string): string =>
  `merchant:${merchantId}:exchange-position:${currency}`;

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
