import { defineEvent, exampleId } from '../define';
import { Currency, Id, Minor, OneOf, Optional } from '../fields';

export const giftCardChanges = ['issued', 'claimed', 'redeemed', 'cancelled', 'expired', 'revived'] as const;
export type GiftCardChange = (typeof giftCardChanges)[number];

export class GiftCardChanged {
  @Id() readonly giftCardId: string;
  @Id() readonly merchantId: string;
  /** The member who claimed it, or whom it was issued to. */
  @Optional() @Id() readonly memberId?: string;
  @OneOf(giftCardChanges) readonly change: GiftCardChange;
  /** What was put on it, moved off it or lost with it. */
  @Minor() readonly amountMinor: number;
  @Currency() readonly currency: string;
}

/** Said when a gift card is issued, claimed, moved into a wallet, cancelled, expired or revived by a refund. Orders paid with it are said with the payment. */
export const giftCardChanged = defineEvent({
  type: 'wallet.gift_card.changed',
  version: 1,
  data: GiftCardChanged,
  description:
    'Said when a gift card is issued, claimed, moved into a wallet, cancelled, expired or revived by a refund. Orders paid with it are said with the payment.',
  example: {
    giftCardId: exampleId(21),
    merchantId: exampleId(1),
    memberId: exampleId(2),
    change: 'issued',
    amountMinor: 5_000,
    currency: 'EUR',
  },
});
