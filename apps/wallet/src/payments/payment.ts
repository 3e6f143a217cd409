import type { Cause } from '@florin/kernel';
import type { PaymentAction, PaymentState, PaymentWish } from './payment-states';

export type PaymentPurpose = 'order' | 'topup';

/** One charge to one card. `subjectId` is the checkout or top-up it is for. */
export interface Payment {
  id: string;
  purpose: PaymentPurpose;
  subjectId: string;
  merchantId: string;
  memberId: string;
  orderId: string | null;
  currency: string;
  amountMinor: number;
  cardToken: string;
  providerReference: string | null;
  state: PaymentState;
  action: PaymentAction | null;
  wants: PaymentWish;
  declineCode: string | null;
  attempts: number;
  cause: Cause | null;
}

export type NewPayment = Pick<
  Payment,
  | 'id'
  | 'purpose'
  | 'subjectId'
  | 'merchantId'
  | 'memberId'
  | 'orderId'
  | 'currency'
  | 'amountMinor'
  | 'cardToken'
  | 'wants'
  | 'cause'
>;

export type LearnedFrom = 'request' | 'answer' | 'query' | 'webhook' | 'silence';

export interface PaymentStepRow {
  paymentId: string;
  fromState: PaymentState;
  toState: PaymentState;
  learnedFrom: LearnedFrom;
  detail: string | null;
}
