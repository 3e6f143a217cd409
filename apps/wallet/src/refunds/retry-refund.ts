import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { accepted, type Answered, Idempotency, type IdempotentRequest } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { FindPayments } from '../payments/find-payments';
import { RequestPayments } from '../payments/request-payments';
import { GivingBack } from './giving-back';
import { readRefund } from './refund-queries';
import { exceedsCapture, notOfOneCapture, requireDirect } from './refund-rules';
import type { RefundDto } from './refund.dto';
import { RefundsRepository } from './refunds.repository';

/**
 * Asks once more for a refund that the processor had refused, under a new key: the card may have been replaced since.
 * Refused with 409 `refund_not_failed` in any other state.
 */
@Injectable()
export class RetryRefund {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly findPayments: FindPayments,
    private readonly requestPayments: RequestPayments,
    private readonly refunds: RefundsRepository,
    private readonly giving: GivingBack,
  ) {}

  execute(
    caller: Caller,
    request: IdempotentRequest,
    paymentId: string,
    refundId: string,
  ): Promise<Answered<RefundDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const payment = await this.findPayments.locked(tx, caller.merchantId, paymentId);
        const refund = await this.refunds.one(tx, caller.merchantId, paymentId, refundId);
        if (!refund) throw new Refusal('not_found', 'refund_not_found', 'There is no such refund of this payment.');
        requireDirect(payment);
        if (refund.state !== 'failed')
          throw new Refusal('conflict', 'refund_not_failed', `The refund is ${refund.state}.`);
        const leftMinor = payment.capturedMinor - payment.refundedMinor;
        if (refund.cardMinor > leftMinor) throw exceedsCapture(leftMinor);
        const captureId = await this.requestPayments.setAsideForRefund(tx, paymentId, refund.cardMinor);
        if (captureId === undefined) throw notOfOneCapture();
        await this.giving.again(tx, { ...refund, captureId }, caller.subject);
        return accepted(await readRefund(tx, caller.merchantId, refundId));
      }),
    );
  }
}
