import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { accepted, type Answered, Idempotency, type IdempotentRequest } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { FindPayments } from './find-payments';
import { LogPayments } from './log-payments';
import { readPayment } from './payment-queries';
import { isFinal } from './payment-states';
import type { PaymentDto, VoidPaymentDto } from './payment.dto';
import { RequestPayments } from './request-payments';

/** Gives what was put aside, and not taken, back to the card. Refused with 409 once the payment is over or a part is being taken. */
@Injectable()
export class VoidPayment {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly findPayments: FindPayments,
    private readonly requestPayments: RequestPayments,
    private readonly logPayments: LogPayments,
  ) {}

  execute(
    caller: Caller,
    request: IdempotentRequest,
    paymentId: string,
    input: VoidPaymentDto,
  ): Promise<Answered<PaymentDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const payment = await this.findPayments.direct(tx, caller.merchantId, paymentId);
        if (isFinal(payment.state) || payment.wants !== 'authorised' || payment.capturingMinor > 0)
          throw new Refusal(
            'conflict',
            'payment_not_voidable',
            `The payment is ${payment.state}, and wanted ${payment.wants}.`,
          );
        await this.requestPayments.want(tx, [paymentId], 'voided');
        await this.logPayments.asked(tx, payment, caller.subject, 'void', input.reason);
        return accepted(await readPayment(tx, caller.merchantId, paymentId));
      }),
    );
  }
}
