import type { Tx } from '@florin/database';
import { present } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { CapturedPart, Payment, PaymentPurpose } from './payment';

/** Goes on with whatever the payments were for, in the transaction in which their new state is written. `parts` is what was just taken. */
export type OutcomeHandler = (tx: Tx, payments: readonly Payment[], parts: readonly CapturedPart[]) => Promise<void>;

/** Who wants to know how payments of a purpose end: the purposes know payments, payments know no purpose. */
@Injectable()
export class PaymentOutcomes {
  private readonly handlers = new Map<PaymentPurpose, OutcomeHandler>();

  on(purpose: PaymentPurpose, handler: OutcomeHandler): void {
    this.handlers.set(purpose, handler);
  }

  async tell(tx: Tx, payments: readonly Payment[], parts: readonly CapturedPart[]): Promise<void> {
    for (const purpose of new Set(payments.map((payment) => payment.purpose))) {
      const handler = present(this.handlers.get(purpose), `somebody handles payments for ${purpose}`);
      await handler(
        tx,
        payments.filter((payment) => payment.purpose === purpose),
        parts,
      );
    }
  }
}
