export type GiftCardState = 'active' | 'cancelled' | 'expired';

export interface GiftCard {
  id: string;
  merchantId: string;
  batchId: string;
  codeHash: string;
  last4: string;
  currency: string;
  amountMinor: number;
  state: GiftCardState;
  expiresAt: Date;
  recipientId: string | null;
  ownerId: string | null;
  claimedAt: Date | null;
  createdAt: Date;
}
