import { Injectable } from '@nestjs/common';
import { paymentConfirm, paymentRelease, stockConfirm, stockRelease, type MessageContract } from '@florin/contracts';
import type { Tx } from '@florin/database';
import type { Cause } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { UndoSales } from '../refunds/undo-sales';
import type { PartCommand, PartName } from './checkout-plan';
import type { CheckoutRow } from './checkouts.repository';

/** What the plan wants of the keeper of a part. */
export interface Ask {
  checkout: CheckoutRow;
  part: PartName;
  command: PartCommand;
  cause?: Cause | undefined;
}

const noReason = 'The checkout was cancelled.';

/** Says to stock and wallet what the plan asks of them: one statement per kind of command, however many checkouts. */
@Injectable()
export class AskKeepers {
  constructor(
    private readonly outbox: Outbox,
    private readonly undoSales: UndoSales,
  ) {}

  async execute(tx: Tx, asks: readonly Ask[]): Promise<void> {
    if (asks.length === 0) return;
    const of = (part: PartName, command: PartCommand) =>
      asks.filter((ask) => ask.part === part && ask.command === command);
    const confirm = (part: PartName, contract: MessageContract<{ checkoutId: string }>) =>
      this.outbox.addAll(
        tx,
        contract,
        of(part, 'confirm').map((ask) => ({ ...addressOf(ask), data: { checkoutId: ask.checkout.id } })),
      );
    const release = (part: PartName, contract: MessageContract<{ checkoutId: string; reason: string }>) =>
      this.outbox.addAll(
        tx,
        contract,
        of(part, 'release').map((ask) => ({
          ...addressOf(ask),
          data: { checkoutId: ask.checkout.id, reason: ask.checkout.reason ?? noReason },
        })),
      );
    await Promise.all([
      confirm('stock', stockConfirm),
      confirm('payment', paymentConfirm),
      release('stock', stockRelease),
      release('payment', paymentRelease),
      this.undoSales.execute(tx, {
        stock: of('stock', 'give_back').map(undoOf),
        payment: of('payment', 'give_back').map(undoOf),
      }),
    ]);
  }
}

function addressOf(ask: Ask) {
  return { subject: ask.checkout.id, merchantId: ask.checkout.merchant_id, cause: ask.cause };
}

function undoOf({ checkout, cause }: Ask) {
  return {
    checkoutId: checkout.id,
    orderId: checkout.order_id,
    merchantId: checkout.merchant_id,
    reason: checkout.reason ?? noReason,
    cause,
  };
}
