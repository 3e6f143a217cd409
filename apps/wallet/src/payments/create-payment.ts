import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { accepted, type Answered, Idempotency, type IdempotentRequest } from '@florin/http';
import { type Clock, currentCause, dayMs, newId, Refusal } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { Processors } from '../processors/processors';
import { readPayment } from './payment-queries';
import type { CreatePaymentDto, PaymentDto } from './payment.dto';
import { RequestPayments } from './request-payments';

/** Cards give back what was not taken after seven days (https://docs.stripe.com/payments/place-a-hold-on-a-payment-method). */
const longestHoldMs = 7 * dayMs;

/** Asks a processor to put a member's card money aside, or to take it at once (`automatic`), for staff or a server of the merchant. */
@Injectable()
export class CreatePayment {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly requestPayments: RequestPayments,
    private readonly processors: Processors,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  execute(caller: Caller, request: IdempotentRequest, input: CreatePaymentDto): Promise<Answered<PaymentDto>> {
    if (input.processor !== undefined && !this.processors.has(input.processor))
      throw Refusal.field('unprocessable', 'processor', 'processor_not_found', 'There is no such processor.');
    const now = this.clock.now().getTime();
    const expiresAt = input.expires_at ?? new Date(now + longestHoldMs);
    if (expiresAt.getTime() <= now || expiresAt.getTime() > now + longestHoldMs)
      throw Refusal.field('unprocessable', 'expires_at', 'expiry_out_of_range', 'Money is held for up to seven days.');
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const id = newId();
        await this.requestPayments.start(tx, [
          {
            id,
            purpose: 'direct',
            subjectId: id,
            merchantId: caller.merchantId,
            memberId: input.member_id,
            orderId: input.order_id ?? null,
            currency: input.currency,
            amountMinor: input.amount_minor,
            cardToken: input.card_token,
            wants: input.capture_method === 'automatic' ? 'captured' : 'authorised',
            cause: currentCause() ?? null,
            expiresAt,
            createdBy: caller.subject,
            ...(input.processor !== undefined && { processor: input.processor }),
            ...(input.description !== undefined && { description: input.description }),
          },
        ]);
        return accepted(await readPayment(tx, caller.merchantId, id));
      }),
    );
  }
}
