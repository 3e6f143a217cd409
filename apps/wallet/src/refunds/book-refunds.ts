import { refundCompleted, refundFailed } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { assert } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Outbox } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import { clearingAccount, salesAccount, walletAccount } from '../accounts/money-accounts';
import { refundsByState } from '../metrics';
import { RequestPayments } from '../payments/request-payments';
import { type RefundRow, RefundsRepository } from './refunds.repository';

/** Ends refunds: in the books and in what is said, in one transaction. */
@Injectable()
export class BookRefunds {
  constructor(
    private readonly refunds: RefundsRepository,
    private readonly requestPayments: RequestPayments,
    private readonly ledger: Ledger,
    private readonly outbox: Outbox,
  ) {}

  /** The money is back: the sale is undone in the proportions of the tenders. */
  async complete(tx: Tx, refunds: readonly RefundRow[]): Promise<void> {
    if (refunds.length === 0) return;
    const posted = await this.ledger.post(
      tx,
      refunds.map((refund) => ({
        key: `refund:${refund.id}`,
        kind: 'refund',
        reference: `order:${refund.orderId}`,
        metadata: { refund_id: refund.id },
        postings: [
          {
            account: salesAccount(refund.merchantId, refund.currency),
            amountMinor: -(refund.walletMinor + refund.cardMinor),
          },
          { account: walletAccount(refund), amountMinor: refund.walletMinor },
          { account: clearingAccount(refund.merchantId, refund.currency), amountMinor: refund.cardMinor },
        ].filter(({ amountMinor }) => amountMinor !== 0),
      })),
    );
    for (const answer of posted) assert(answer.ok, `a refund is always postable: ${answer.ok ? '' : answer.detail}`);
    await this.refunds.save(
      tx,
      refunds.map((refund) => ({ ...refund, state: 'completed', action: null, nextAt: new Date() })),
    );
    refundsByState.inc({ state: 'completed' }, refunds.length);
    await this.outbox.addAll(
      tx,
      refundCompleted,
      refunds.map(({ id, orderId, checkoutId, merchantId, currency, paymentId, walletMinor, cardMinor, cause }) => ({
        subject: id,
        cause: cause ?? undefined,
        data: {
          refundId: id,
          orderId,
          checkoutId,
          merchantId,
          currency,
          tenders: [
            ...(walletMinor > 0
              ? [{ tender: 'wallet' as const, paymentId: checkoutId, amountMinor: walletMinor }]
              : []),
            ...(cardMinor > 0 && paymentId !== null
              ? [{ tender: 'card' as const, paymentId, amountMinor: cardMinor }]
              : []),
          ],
        },
      })),
    );
  }

  /** The processor will not give it back: what was set aside of the charge can be refunded again. */
  async fail(tx: Tx, refunds: readonly RefundRow[]): Promise<void> {
    for (const refund of refunds) {
      if (refund.paymentId !== null)
        await this.requestPayments.setAsideForRefund(tx, refund.paymentId, -refund.cardMinor);
    }
    await this.refunds.save(
      tx,
      refunds.map((refund) => ({ ...refund, state: 'failed', action: null, nextAt: new Date() })),
    );
    refundsByState.inc({ state: 'failed' }, refunds.length);
    await this.outbox.addAll(
      tx,
      refundFailed,
      refunds.map(({ id, orderId, merchantId, failureCode, cause }) => ({
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
}
