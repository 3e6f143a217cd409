import { causeOf, type Envelope, refundFailed, type RefundIssue } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { mentionsCard, present } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import { RequestPayments } from '../payments/request-payments';
import { BookRefunds } from './book-refunds';
import { GiveBackToCards } from './give-back-to-cards';
import { type RefundRow, RefundsRepository } from './refunds.repository';

/**
 * Gives money of one order back to the tenders it came from, never above what each of them paid: the checkout is locked
 * while the sum is looked at, and a CHECK on the charge holds whatever happens. The card comes first, the wallet follows.
 */
@Injectable()
export class IssueRefund {
  constructor(
    private readonly refunds: RefundsRepository,
    private readonly requestPayments: RequestPayments,
    private readonly giveBackToCards: GiveBackToCards,
    private readonly bookRefunds: BookRefunds,
    private readonly outbox: Outbox,
  ) {}

  async within(tx: Tx, asked: Envelope<RefundIssue>): Promise<void> {
    const { data } = asked;
    const standing = await this.refunds.standing(tx, data.checkoutId);
    // Nothing was captured yet: the retry tiers bring it back when it is.
    if (!standing || ['reserving', 'reserved', 'confirming'].includes(standing.checkout.state)) {
      throw new Error(`checkout ${data.checkoutId} is not captured yet`);
    }
    const { checkout, given } = standing;
    const fault = faultOf(data, checkout, given);
    const refund: RefundRow = {
      id: data.refundId,
      checkoutId: data.checkoutId,
      orderId: data.orderId,
      merchantId: data.merchantId,
      memberId: data.memberId,
      paymentId: data.cardMinor > 0 ? checkout.paymentId : null,
      captureId: null,
      currency: data.currency,
      walletMinor: data.walletMinor,
      cardMinor: data.cardMinor,
      // Free text of another service: no card number of it is kept here.
      reason: mentionsCard(data.reason) ? 'left out: it held a card number' : data.reason,
      state: fault ? 'failed' : 'requested',
      action: !fault && data.cardMinor > 0 ? 'refund' : null,
      providerReference: null,
      failureCode: fault?.code ?? null,
      attempt: 1,
      attempts: 0,
      requestedBy: 'orders',
      cause: causeOf(asked),
    };
    if (!(await this.refunds.insert(tx, refund))) return;
    if (data.toStoreCredit) await this.refunds.asStoreCredit(tx, refund.id);
    if (fault) {
      await this.outbox.add(
        tx,
        refundFailed,
        refund.id,
        { refundId: refund.id, orderId: refund.orderId, ...fault },
        { merchantId: data.merchantId, cause: causeOf(asked) },
      );
    } else if (refund.paymentId !== null) {
      const captureId = await this.requestPayments.setAsideForRefund(tx, refund.paymentId, refund.cardMinor);
      // A checkout is taken in one part, so whatever is left of it is left of that part.
      await this.refunds.assign(tx, refund.id, present(captureId, 'what was captured can be given back'));
      tx.afterCommit(() => this.giveBackToCards.work.wake());
    } else {
      await this.bookRefunds.complete(tx, [{ refund, learnedFrom: 'request' }]);
    }
  }
}

type Paid = Pick<RefundIssue, 'orderId' | 'merchantId' | 'memberId' | 'currency' | 'walletMinor' | 'cardMinor'> & {
  state: string;
};

function faultOf(
  data: RefundIssue,
  checkout: Paid,
  given: { walletMinor: number; cardMinor: number },
): { code: string; reason: string } | undefined {
  if (checkout.state !== 'captured')
    return { code: 'not_captured', reason: `The checkout is ${checkout.state}: no money was taken.` };
  const isSame = (['orderId', 'merchantId', 'memberId', 'currency'] as const).every(
    (field) => checkout[field] === data[field],
  );
  if (!isSame)
    return { code: 'refund_mismatch', reason: 'Order, merchant, member or currency are not those of the payment.' };
  if (
    data.walletMinor > checkout.walletMinor - given.walletMinor ||
    data.cardMinor > checkout.cardMinor - given.cardMinor
  ) {
    return { code: 'refund_exceeds_capture', reason: 'More is asked back than was paid with this tender.' };
  }
  return data.walletMinor + data.cardMinor === 0
    ? { code: 'refund_empty', reason: 'There is nothing to give back.' }
    : undefined;
}
