import { paymentChanged } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { currentCause } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import type { Payment, PaymentStepRow } from './payment';
import { PaymentsRepository } from './payments.repository';

/** What is written and said of payments besides their state: the audit trail, and the event of those made through the API. */
@Injectable()
export class LogPayments {
  constructor(
    private readonly payments: PaymentsRepository,
    private readonly outbox: Outbox,
  ) {}

  /** Somebody asked for something; the state is what it was. */
  asked(tx: Tx, payment: Payment, actor: string, detail: string, reason?: string): Promise<void> {
    const standing = { fromState: payment.state, toState: payment.state, learnedFrom: 'request' as const };
    const sums = { before: payment.capturedMinor, after: payment.capturedMinor };
    return this.payments.insertSteps(tx, [
      { paymentId: payment.id, ...standing, ...sums, actor, detail, ...(reason !== undefined && { reason }) },
    ]);
  }

  /** Steps of refunds; one that went through is said of a direct payment. */
  async refunded(
    tx: Tx,
    steps: readonly (Omit<PaymentStepRow, 'actor'> & { actor?: string | undefined; refundId: string })[],
  ): Promise<void> {
    if (steps.length === 0) return;
    const payments = await this.payments.read(tx, [...new Set(steps.map(({ paymentId }) => paymentId))]);
    const byId = new Map(payments.map((payment) => [payment.id, payment]));
    await this.payments.insertSteps(
      tx,
      steps.map((step) => ({ ...step, actor: step.actor ?? actorOf(step, byId.get(step.paymentId)) })),
    );
    const back = new Set(steps.filter(({ toState }) => toState === 'completed').map(({ paymentId }) => paymentId));
    await this.changed(
      tx,
      payments.filter(({ id, purpose }) => purpose === 'direct' && back.has(id)),
    );
  }

  /** Says how payments stand now. */
  async changed(tx: Tx, payments: readonly Payment[]): Promise<void> {
    await this.outbox.addAll(
      tx,
      paymentChanged,
      payments.map((payment) => ({
        subject: payment.id,
        cause: payment.cause ?? currentCause(),
        data: {
          paymentId: payment.id,
          purpose: payment.purpose,
          merchantId: payment.merchantId,
          memberId: payment.memberId,
          ...(payment.orderId !== null && { orderId: payment.orderId }),
          processor: payment.processor,
          currency: payment.currency,
          amountMinor: payment.amountMinor,
          capturedMinor: payment.capturedMinor,
          refundedMinor: payment.refundedMinor,
          state: payment.state,
        },
      })),
    );
  }
}

const actorOf = ({ learnedFrom }: { learnedFrom: string }, payment: Payment | undefined): string =>
  learnedFrom === 'silence' || !payment ? 'wallet' : payment.processor;
