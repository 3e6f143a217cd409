import type { Cause } from '@florin/kernel';
import type { PaymentRisk } from '../fraud/payment-risk';
import type { PaymentAction, PaymentState, PaymentWish } from './payment-states';

/** `direct`: made through the API by staff or a server, for nothing else that wallet knows of. */
export type PaymentPurpose = 'order' | 'topup' | 'direct';

/** One charge to one card. `subjectId` is the checkout or top-up it is for; a direct one is for itself. */
export interface Payment {
  id: string;
  purpose: PaymentPurpose;
  subjectId: string;
  merchantId: string;
  memberId: string;
  orderId: string | null;
  currency: string;
  amountMinor: number;
  capturedMinor: number;
  /** Asked for and not yet ended, in parts of their own (Capture). */
  capturingMinor: number;
  refundedMinor: number;
  processor: string;
  cardToken: string;
  providerReference: string | null;
  providerAuthorisation: string | null;
  state: PaymentState;
  action: PaymentAction | null;
  wants: PaymentWish;
  declineCode: string | null;
  attempts: number;
  createdAt: Date;
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
> & {
  /** Whoever the merchant's routing says, when left out. */
  processor?: string;
  /** When what was put aside goes back to the card by itself. */
  expiresAt?: Date;
  description?: string;
  createdBy?: string;
  /** What is known about who asks, for the fraud check. */
  risk?: PaymentRisk;
};

/** A part of a payment that was asked for, and how it ended. */
export interface Capture {
  id: string;
  paymentId: string;
  amountMinor: number;
  isFinal: boolean;
}

/** A part of a payment that was just taken. */
export interface CapturedPart {
  id: string;
  paymentId: string;
  amountMinor: number;
}

export type LearnedFrom = 'request' | 'answer' | 'query' | 'webhook' | 'silence' | 'settlement' | 'job';

/** The audit entry of one change: who, when, why, before and after. */
export interface PaymentStepRow {
  paymentId: string;
  /** The refund it is a step of; the states are the refund's then. */
  refundId?: string;
  fromState: string;
  toState: string;
  learnedFrom: LearnedFrom;
  detail: string | null;
  /** A user or service by its id, the processor by its name, or a job. */
  actor: string;
  reason?: string;
  /** What was taken by the payment (given back by the refund) before and after. */
  before: number;
  after: number;
}
