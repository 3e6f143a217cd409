import type { Tx } from '@florin/database';
import { backoffMs, secondMs } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { paymentsByState } from '../metrics';
import type { ChargeFact } from '../processors/card-processor';
import type { LearnedFrom, Payment } from './payment';
import { PaymentOutcomes } from './payment-outcomes';
import { after, afterSilence, isAwaited, type PaymentAction } from './payment-states';
import { type PaymentChange, PaymentsRepository } from './payments.repository';

export interface Heard {
  paymentId: string;
  /** Nothing when the processor was silent. */
  fact?: ChargeFact;
  /** What it was silent on. */
  silentOn?: PaymentAction;
  learnedFrom: LearnedFrom;
  detail?: string;
}

const firstRetryMs = secondMs;
const longestRetryMs = 60 * secondMs;

/** Writes down what was learnt of payments, wherever it was learnt, and goes on with what they were for. One winner per payment. */
@Injectable()
export class LearnOutcomes {
  constructor(
    private readonly payments: PaymentsRepository,
    private readonly outcomes: PaymentOutcomes,
  ) {}

  /** Takes any number of news about any number of payments; those about the same one count in the order given. */
  async within(tx: Tx, heard: readonly Heard[]): Promise<void> {
    for (let rest = heard; rest.length > 0;) {
      const firsts = new Map([...rest].reverse().map((each) => [each.paymentId, each]));
      await this.learn(tx, firsts);
      rest = rest.filter((each) => firsts.get(each.paymentId) !== each);
    }
  }

  /** What a webhook tells is mostly known already: that is seen without waiting for whoever is just writing it down. */
  async fromWebhooks(tx: Tx, heard: readonly Heard[]): Promise<void> {
    if (heard.length === 0) return;
    const payments = await this.payments.read(
      tx,
      heard.map(({ paymentId }) => paymentId),
    );
    const byId = new Map(payments.map((payment) => [payment.id, payment]));
    await this.within(
      tx,
      heard.filter(({ paymentId, fact }) => {
        const payment = byId.get(paymentId);
        return payment && fact && after(payment, fact).state !== payment.state;
      }),
    );
  }

  private async learn(tx: Tx, byPayment: ReadonlyMap<string, Heard>): Promise<void> {
    const before = await this.payments.lock(tx, [...byPayment.keys()]);
    const changes: PaymentChange[] = [];
    const moved: { from: Payment; to: Payment; heard: Heard }[] = [];
    for (const payment of before) {
      const news = byPayment.get(payment.id);
      if (!news) continue;
      if (news.silentOn && !isAwaited(payment.state, news.silentOn)) continue;
      const step = news.fact ? after(payment, news.fact) : afterSilence(payment);
      const isMoved = step.state !== payment.state;
      // A webhook that tells nothing new must not take the lease from whoever is just asking.
      if (!isMoved && news.learnedFrom === 'webhook') continue;
      const next = this.changed(payment, news, step.state, step.action, isMoved);
      changes.push({
        payment: next,
        capturedMinor: next.state === 'captured' ? next.amountMinor : 0,
        nextAt: this.nextAt(next),
      });
      if (isMoved) moved.push({ from: payment, to: next, heard: news });
    }
    const steps = moved.map(({ from, to, heard: news }) => ({
      paymentId: to.id,
      fromState: from.state,
      toState: to.state,
      learnedFrom: news.learnedFrom,
      detail: to.declineCode ?? news.detail ?? null,
    }));
    const known = moved.map(({ to }) => to).filter(({ state }) => state !== 'unknown' && state !== 'requested');
    await Promise.all([
      this.payments.save(tx, changes),
      this.payments.insertSteps(tx, steps),
      this.outcomes.tell(tx, known),
    ]);
    for (const { to } of moved) paymentsByState.inc({ state: to.state });
  }

  private changed(
    payment: Payment,
    { fact }: Heard,
    state: Payment['state'],
    action: Payment['action'],
    isMoved: boolean,
  ): Payment {
    return {
      ...payment,
      state,
      action,
      providerReference: (fact && 'reference' in fact ? fact.reference : undefined) ?? payment.providerReference,
      declineCode: fact && 'code' in fact && isMoved ? fact.code : payment.declineCode,
      attempts: isMoved && state !== 'unknown' ? 0 : payment.attempts + 1,
    };
  }

  /**
   * What is known goes on at once; the unknown and the repeated wait longer each time. By the wall clock, as rows are
   * claimed: a moved clock of the local run would keep the processor from being asked for as long.
   */
  private nextAt({ state, attempts }: Payment): Date {
    const waits = state === 'unknown' || attempts > 0;
    return new Date(Date.now() + (waits ? firstRetryMs / 2 + backoffMs(attempts, firstRetryMs, longestRetryMs) : 0));
  }
}
