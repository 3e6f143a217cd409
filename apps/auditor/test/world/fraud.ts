import { newId } from '@florin/kernel';
import { beginning, type House, storyAt } from './house';
import { currency } from './things';

/** What the fraud check said of a charge: nothing was found, or two signs that somebody is to look at. */
export interface Checked {
  paymentId: string;
  merchantId: string;
  memberId: string;
  orderId: string | null;
  purpose: string;
  amountMinor: number;
  isReviewed: boolean;
}

const signs = [
  { rule: 'velocity', score: 80, weight: 60, reasons: [{ code: 'many_cards_of_member', score: 80, facts: {} }] },
  { rule: 'address', score: 50, weight: 40, reasons: [{ code: 'address_of_proxy', score: 50, facts: {} }] },
];

/** Writes the decision about a charge, and the review that is open where it waits for one. */
export function checked({ stores }: House, charge: Checked): void {
  const { paymentId, merchantId, memberId, orderId, purpose, amountMinor, isReviewed } = charge;
  const id = newId();
  const who = {
    payment_id: paymentId,
    merchant_id: merchantId,
    member_id: memberId,
    currency,
    amount_minor: amountMinor,
  };
  const standing = isReviewed ? 'reviewing' : 'allowed';
  stores.add('wallet', 'fraud_requests', { ...who, decision_id: id, standing, requested_at: storyAt });
  stores.add('wallet', 'fraud_detection_logs', {
    ...who,
    id,
    order_id: orderId,
    purpose,
    decided_at: storyAt,
    features: {},
    rules_version: 1,
    settings_version: 0,
    results: isReviewed ? signs : [],
    reasons: isReviewed ? ['many_cards_of_member', 'address_of_proxy'] : [],
    score: isReviewed ? 68 : 0,
    review_from: 60,
    deny_from: 85,
    outcome: isReviewed ? 'review' : 'allow',
    latency_us: 1_000,
  });
  if (!isReviewed) return;
  stores.add('wallet', 'fraud_reviews', {
    id: newId(),
    payment_id: paymentId,
    merchant_id: merchantId,
    state: 'open',
    on_expiry: 'deny',
    opened_at: storyAt,
    expires_at: new Date(Date.now() + 3_600_000),
  });
}

/** The fraud check was there before everything that happened. */
export function beginFraudCheck({ stores }: House): void {
  stores.add('wallet', 'fraud_beginnings', { began_at: beginning });
}
