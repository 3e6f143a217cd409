import { Id, Minor, OneOf, Optional } from '../fields';

export const walletPartSources = ['wallet', 'gift_card', 'store_credit', 'exchange'] as const;
export type WalletPartSource = (typeof walletPartSources)[number];

/** One source of the wallet part of a payment and what it paid; `sourceId` is the gift card, the grant or the quote. */
export class WalletPart {
  @OneOf(walletPartSources) readonly source: WalletPartSource;
  @Optional() @Id() readonly sourceId?: string;
  @Minor() readonly amountMinor: number;
}

/** A gift card of the member, and how much of the wallet part it pays. */
export class GiftCardPart {
  @Id() readonly giftCardId: string;
  @Minor() readonly amountMinor: number;
}
