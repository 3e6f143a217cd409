/** The one currency of the story. */
export const currency = 'EUR';

export interface Merchant {
  id: string;
  /** Its loyalty program, if it has one. */
  programId?: string;
}

export interface Variant {
  id: string;
  productId: string;
  merchantId: string;
  sku: string;
  priceMinor: number;
}

export interface Member {
  id: string;
  merchantId: string;
  programId?: string;
  email: string;
  /** Standing in the program. */
  points: number;
  qualifyingPoints: number;
  earned: number;
}

export interface OrderLine {
  id: string;
  variant: Variant;
  quantity: number;
  discountMinor: number;
  totalMinor: number;
}

/** `undone`: captured, but the stock was gone when it was to be confirmed; all of the money goes back. */
export type Outcome = 'completed' | 'declined' | 'undone' | 'reserving' | 'imported';

export interface Sale {
  id: string;
  checkoutId: string;
  number: string;
  member: Member;
  lines: OrderLine[];
  totalMinor: number;
  walletMinor: number;
  cardMinor: number;
  paymentId: string | null;
  outcome: Outcome;
  coupon: Coupon | undefined;
  /** Pays part of the wallet part. */
  giftCard: Pays | undefined;
  /** Given back, or on its way back. */
  returned: { walletMinor: number; cardMinor: number };
  status: string;
}

/** A gift card and how much of an order it pays. */
export interface Pays {
  id: string;
  account: string;
  amountMinor: number;
}

export interface Coupon {
  id: string;
  code: string;
}

export interface Wish {
  member: Member;
  lines: { variant: Variant; quantity: number; discountMinor?: number }[];
  walletMinor?: number;
  coupon?: Coupon;
  giftCard?: Pays;
  outcome?: Outcome;
}

type Customer = Pick<Member, 'id' | 'merchantId'>;

/** Names of the ledger accounts, as wallet and loyalty give them. */
export const accounts = {
  wallet: ({ id, merchantId }: Customer) => `member:${id}:merchant:${merchantId}:wallet:${currency}`,
  pending: ({ id, merchantId }: Customer) => `member:${id}:merchant:${merchantId}:cashback-pending:${currency}`,
  sales: (merchantId: string) => `merchant:${merchantId}:sales:${currency}`,
  cashbackCost: (merchantId: string) => `merchant:${merchantId}:cashback-cost:${currency}`,
  clearing: (merchantId: string) => `merchant:${merchantId}:card-clearing:${currency}`,
  issuance: (programId: string) => `program:${programId}:issuance`,
  points: (memberId: string, programId: string) => `member:${memberId}:points:${programId}`,
};
