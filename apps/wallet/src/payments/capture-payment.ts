import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { accepted, type Answered, Idempotency, type IdempotentRequest } from '@florin/http';
import { newId, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { CapturesRepository } from './captures.repository';
import type { CaptureDto, CapturePaymentDto } from './capture.dto';
import { FindPayments } from './find-payments';
import { LogPayments } from './log-payments';
import type { Payment } from './payment';
import { readCapture } from './payment-queries';
import { RequestPayments } from './request-payments';

/**
 * Takes a part of what was put aside, or all that is left of it. Parts are taken one after the other; what is asked for
 * counts at once, so together they never exceed the authorisation: a lock, and a CHECK below it.
 */
@Injectable()
export class CapturePayment {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly findPayments: FindPayments,
    private readonly captures: CapturesRepository,
    private readonly requestPayments: RequestPayments,
    private readonly logPayments: LogPayments,
  ) {}

  execute(
    caller: Caller,
    request: IdempotentRequest,
    paymentId: string,
    input: CapturePaymentDto,
  ): Promise<Answered<CaptureDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const payment = await this.findPayments.direct(tx, caller.merchantId, paymentId);
        const leftMinor = leftOf(payment);
        const amountMinor = input.amount_minor ?? leftMinor;
        if (amountMinor > leftMinor)
          throw new Refusal('unprocessable', 'capture_exceeds_authorisation', `${leftMinor} can still be taken.`);
        const capture = { id: newId(), paymentId, amountMinor, isFinal: input.final ?? amountMinor === leftMinor };
        await this.captures.insert(tx, capture, caller.subject);
        await this.requestPayments.want(tx, [paymentId], payment.wants);
        await this.logPayments.asked(tx, payment, caller.subject, `capture of ${amountMinor}`, input.reason);
        return accepted(await readCapture(tx, capture.id));
      }),
    );
  }
}

/** What nobody has asked for yet. Refuses with 409 when nothing can be taken. */
function leftOf({ state, wants, amountMinor, capturedMinor, capturingMinor }: Payment): number {
  const isOpen = ['authorised', 'partially_captured', 'unknown', 'pending'].includes(state);
  const leftMinor = amountMinor - capturedMinor - capturingMinor;
  if (!isOpen || wants !== 'authorised' || leftMinor === 0)
    throw new Refusal('conflict', 'payment_not_capturable', `The payment is ${state}, and wanted ${wants}.`);
  return leftMinor;
}
