import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { accepted, type Answered, Idempotency, type IdempotentRequest } from '@florin/http';
import { currentCause, newId } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { FindPayments } from '../payments/find-payments';
import type { Payment } from '../payments/payment';
import { RequestPayments } from '../payments/request-payments';
import { GivingBack } from './giving-back';
import { readRefund } from './refund-queries';
import { exceedsCapture, notOfOneCapture, requireDirect } from './refund-rules';
import type { RefundDto, RequestRefundDto } from './refund.dto';
import type { RefundRow } from './refunds.repository';

/**
 * Gives a payment that was made through the API back, in parts if wished, never more than was taken. What an order or a
 * top-up paid is given back there, where the goods and the wallet are known: refused with 422 `refund_elsewhere`.
 */
@Injectable()
export class RequestRefund {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly findPayments: FindPayments,
    private readonly requestPayments: RequestPayments,
    private readonly giving: GivingBack,
  ) {}

  execute(
    caller: Caller,
    request: IdempotentRequest,
    paymentId: string,
    input: RequestRefundDto,
  ): Promise<Answered<RefundDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const payment = await this.findPayments.locked(tx, caller.merchantId, paymentId);
        requireDirect(payment);
        const leftMinor = payment.capturedMinor - payment.refundedMinor;
        if (leftMinor === 0 || input.amount_minor > leftMinor) throw exceedsCapture(leftMinor);
        const captureId = await this.requestPayments.setAsideForRefund(
          tx,
          paymentId,
          input.amount_minor,
          input.capture_id,
        );
        if (captureId === undefined) throw notOfOneCapture();
        const refund = refundOf(payment, captureId, caller.subject, input);
        await this.giving.start(tx, refund);
        return accepted(await readRefund(tx, caller.merchantId, refund.id));
      }),
    );
  }
}

function refundOf(payment: Payment, captureId: string, requestedBy: string, input: RequestRefundDto): RefundRow {
  return {
    id: newId(),
    checkoutId: null,
    orderId: null,
    merchantId: payment.merchantId,
    memberId: payment.memberId,
    paymentId: payment.id,
    captureId,
    currency: payment.currency,
    walletMinor: 0,
    cardMinor: input.amount_minor,
    reason: input.reason,
    state: 'requested',
    action: 'refund',
    providerReference: null,
    failureCode: null,
    attempt: 1,
    attempts: 0,
    requestedBy,
    cause: currentCause() ?? null,
  };
}
