import { refundCompleted, refundFailed } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { assert } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Outbox } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import { clearingAccount, salesAccount } from '../accounts/money-accounts';
import { GiveBackParts, type GivenBack } from '../checkout/give-back-parts';
import { refundsByState } from '../metrics';
import { LogPayments } from '../payments/log-payments';
import type { LearnedFrom } from '../payments/payment';
import { RequestPayments } from '../payments/request-payments';
import { type RefundRow, RefundsRepository, type RefundState } from './refunds.repository';

/** A refund that reached its end, and where that was learnt. */
export interface EndedRefund {
  refund: RefundRow;
  learnedFrom: LearnedFrom;
}

interface Note {
  refund: RefundRow;
  toState: RefundState;
  learnedFrom: LearnedFrom;
  detail: string | null;
  /** Whoever asked; the processor or we ourselves, when left out. */
  actor?: string;
}

/** A refund that orders asked for: it hears how it ended. */
type OfAnOrder = RefundRow & { orderId: string; checkoutId: string };

/** Ends refunds: in the books and in what is said, in one transaction. */
@Injectable()
export class BookRefunds {
  constructor(
    private readonly refunds: RefundsRepository,
    private readonly requestPayments: RequestPayments,
    private readonly logPayments: LogPayments,
    private readonly giveBackParts: GiveBackParts,
    private readonly ledger: Ledger,
    private readonly outbox: Outbox,
  ) {}

  /** The money is back: the sale is undone in the proportions of the tenders. */
  async complete(tx: Tx, ended: readonly EndedRefund[]): Promise<void> {
    if (ended.length === 0) return;
    const refunds = ended.map(({ refund }) => refund);
    const given = await this.giveBackParts.within(tx, refunds);
    const posted = await this.ledger.post(
      tx,
      refunds.map((refund) => ({
        key: `refund:${refund.id}`,
        kind: 'refund',
        reference: refund.orderId === null ? `payment:${refund.paymentId}` : `order:${refund.orderId}`,
        metadata: { refund_id: refund.id },
        postings: [
          {
            account: salesAccount(refund.merchantId, refund.currency),
            amountMinor: -(refund.walletMinor + refund.cardMinor),
          },
          ...(given.get(refund.id)?.postings ?? []),
          { account: clearingAccount(refund.merchantId, refund.currency), amountMinor: refund.cardMinor },
        ].filter(({ amountMinor }) => amountMinor !== 0),
      })),
    );
    for (const answer of posted) assert(answer.ok, `a refund is always postable: ${answer.ok ? '' : answer.detail}`);
    await this.end(tx, ended, 'completed');
    await this.outbox.addAll(
      tx,
      refundCompleted,
      refunds.filter(isOfAnOrder).map((refund) => completed(refund, given.get(refund.id))),
    );
  }

  /** The processor will not give it back: what was set aside of the charge can be refunded again. */
  async fail(tx: Tx, ended: readonly EndedRefund[]): Promise<void> {
    if (ended.length === 0) return;
    const refunds = ended.map(({ refund }) => refund);
    for (const { paymentId, captureId, cardMinor } of refunds) {
      if (paymentId !== null) await this.requestPayments.putBack(tx, paymentId, captureId, cardMinor);
    }
    await this.end(tx, ended, 'failed');
    await this.outbox.addAll(
      tx,
      refundFailed,
      refunds.filter(isOfAnOrder).map(({ id, orderId, merchantId, failureCode, cause }) => ({
        subject: id,
        merchantId,
        cause: cause ?? undefined,
        data: {
          refundId: id,
          orderId,
          code: failureCode ?? 'refund_failed',
          reason: 'The card processor did not give the money back.',
        },
      })),
    );
  }

  /** The audit entries of refunds of payments, and what is said of direct ones. */
  async note(tx: Tx, notes: readonly Note[]): Promise<void> {
    await this.logPayments.refunded(
      tx,
      notes.flatMap(({ refund, toState, learnedFrom, detail, actor }) => {
        const { id: refundId, paymentId, cardMinor } = refund;
        const given = toState === 'completed' ? cardMinor : 0;
        if (paymentId === null) return [];
        return [
          {
            paymentId,
            refundId,
            fromState: refund.state,
            toState,
            learnedFrom,
            detail,
            actor,
            before: 0,
            after: given,
          },
        ];
      }),
    );
  }

  private async end(tx: Tx, ended: readonly EndedRefund[], state: 'completed' | 'failed'): Promise<void> {
    const nextAt = new Date();
    await this.refunds.save(
      tx,
      ended.map(({ refund }) => ({ ...refund, state, action: null, nextAt })),
    );
    refundsByState.inc({ state }, ended.length);
    await this.note(
      tx,
      ended.map(({ refund, learnedFrom }) => ({
        refund,
        toState: state,
        learnedFrom,
        detail: state === 'failed' ? refund.failureCode : null,
      })),
    );
  }
}

const isOfAnOrder = (refund: RefundRow): refund is OfAnOrder => refund.orderId !== null && refund.checkoutId !== null;

function completed(refund: OfAnOrder, given: GivenBack | undefined) {
  const { id, orderId, checkoutId, merchantId, currency, paymentId, walletMinor, cardMinor, cause } = refund;
  return {
    subject: id,
    cause: cause ?? undefined,
    data: {
      refundId: id,
      orderId,
      checkoutId,
      merchantId,
      currency,
      tenders: [
        ...(walletMinor > 0 ? [{ tender: 'wallet' as const, paymentId: checkoutId, amountMinor: walletMinor }] : []),
        ...(cardMinor > 0 && paymentId !== null
          ? [{ tender: 'card' as const, paymentId, amountMinor: cardMinor }]
          : []),
      ],
      ...(given && given.parts.length > 0 && { parts: given.parts }),
    },
  };
}
