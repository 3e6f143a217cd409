import { defineEvent, exampleId } from '../define';
import { Currency, Id, Minor, OneOf, Optional, Text } from '../fields';

/** How a card payment may stand. */
export const paymentStandings = [
  'authorised',
  'partially_captured',
  'captured',
  'settled',
  'declined',
  'failed',
  'capture_failed',
  'voided',
  'expired',
] as const;

export class PaymentChanged {
  @Id() readonly paymentId: string;
  @OneOf(['order', 'topup', 'direct']) readonly purpose: string;
  @Id() readonly merchantId: string;
  @Id() readonly memberId: string;
  @Optional() @Id() readonly orderId?: string;
  @Text(50) readonly processor: string;
  @Currency() readonly currency: string;
  @Minor() readonly amountMinor: number;
  @Minor() readonly capturedMinor: number;
  @Minor() readonly refundedMinor: number;
  @OneOf(paymentStandings) readonly state: string;
}

/** Said when a payment made through the API moved on, was taken or given back in part; and when a statement settled any payment. */
export const paymentChanged = defineEvent({
  type: 'wallet.payment.changed',
  version: 1,
  data: PaymentChanged,
  description:
    'Said when a payment made through the API moved on, was taken or given back in part; and when a statement settled any payment.',
  example: {
    paymentId: exampleId(14),
    purpose: 'direct',
    merchantId: exampleId(1),
    memberId: exampleId(2),
    orderId: exampleId(3),
    processor: 'stripe',
    currency: 'EUR',
    amountMinor: 2_000,
    capturedMinor: 1_500,
    refundedMinor: 0,
    state: 'partially_captured',
  },
});
