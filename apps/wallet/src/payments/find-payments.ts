import type { Tx } from '@florin/database';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { Payment } from './payment';
import { PaymentsRepository } from './payments.repository';

/** Finds the payment that somebody wants something of. Somebody else's does not exist for them. */
@Injectable()
export class FindPayments {
  constructor(private readonly payments: PaymentsRepository) {}

  /** Locked, so that whoever asks at the same time waits. Refuses with 404. */
  async locked(tx: Tx, merchantId: string, id: string): Promise<Payment> {
    const [payment] = await this.payments.lock(tx, [id]);
    if (payment?.merchantId !== merchantId)
      throw new Refusal('not_found', 'payment_not_found', 'There is no such payment.');
    return payment;
  }

  /** Checkouts and top-ups take and release their payments themselves. Refuses others with 422 `payment_not_direct`. */
  async direct(tx: Tx, merchantId: string, id: string): Promise<Payment> {
    const payment = await this.locked(tx, merchantId, id);
    if (payment.purpose === 'direct') return payment;
    const whose = payment.purpose === 'order' ? 'an order' : 'a top-up';
    throw new Refusal('unprocessable', 'payment_not_direct', `The payment is of ${whose}, which decides about it.`);
  }
}
