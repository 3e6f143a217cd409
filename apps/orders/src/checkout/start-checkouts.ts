import { Injectable } from '@nestjs/common';
import { orderPlaced, paymentReserve, stockReserve } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { sealOrigin } from '@florin/http';
import { Outbox } from '@florin/messaging';
import { OrdersConfig } from '../config';
import { countPlaced } from './checkout-metrics';
import { CheckoutTimes } from './checkout-times';
import { CheckoutsRepository } from './checkouts.repository';
import type { Placement } from './placement';

/** Begins the saga of a set of orders: stock and money are asked for at the same moment, under one checkout id. */
@Injectable()
export class StartCheckouts {
  constructor(
    private readonly checkouts: CheckoutsRepository,
    private readonly outbox: Outbox,
    private readonly times: CheckoutTimes,
    private readonly config: OrdersConfig,
  ) {}

  /** Writes the checkouts and says `orders.order.placed`, `catalog.stock.reserve` and `wallet.payment.reserve`: four statements for any number. */
  async execute(tx: Tx, placements: readonly Placement[]): Promise<void> {
    await Promise.all([
      this.checkouts.insert(
        tx,
        placements.map((placement) => placement.checkout),
      ),
      this.outbox.addAll(
        tx,
        stockReserve,
        placements.map((placement) => this.askForStock(placement)),
      ),
      this.outbox.addAll(
        tx,
        paymentReserve,
        placements
          .filter((placement) => placement.checkout.payment === 'asked')
          .map((placement) => this.askForMoney(placement)),
      ),
      this.outbox.addAll(tx, orderPlaced, placements.map(tellPlaced)),
    ]);
    tx.afterCommit(() => countPlaced(placements.length));
  }

  private askForStock({ checkout, items, cause }: Placement) {
    const lines = items.map((item) => ({ lineId: item.line_id, variantId: item.variant_id, quantity: item.quantity }));
    const expiresAt = this.times.reservedUntil(checkout.deadline_at).toISOString();
    return {
      subject: checkout.id,
      cause,
      data: { checkoutId: checkout.id, merchantId: checkout.merchant_id, expiresAt, lines },
    };
  }

  private askForMoney({ command, checkout, order, cause }: Placement) {
    const data = {
      checkoutId: checkout.id,
      orderId: order.id,
      merchantId: order.merchant_id,
      memberId: order.member_id,
      currency: order.currency,
      walletMinor: order.wallet_minor,
      cardMinor: order.card_minor,
      cardToken: order.card_minor > 0 ? (command.cardToken ?? undefined) : undefined,
      expiresAt: this.times.reservedUntil(checkout.deadline_at).toISOString(),
      cardFingerprint: command.cardFingerprint,
      cardCountry: command.cardCountry,
      ...(command.origin && sealOrigin(command.origin, this.config.ORIGIN_SECRET)),
    };
    return { subject: checkout.id, cause, data };
  }
}

function tellPlaced({ order, items, cause }: Placement) {
  const data = {
    orderId: order.id,
    checkoutId: order.checkout_id,
    number: order.number,
    merchantId: order.merchant_id,
    memberId: order.member_id,
    email: order.email ?? '',
    currency: order.currency,
    totalMinor: order.total_minor,
    walletMinor: order.wallet_minor,
    cardMinor: order.card_minor,
    lines: items.map((item) => ({
      lineId: item.line_id,
      variantId: item.variant_id,
      sku: item.sku,
      title: item.title,
      quantity: item.quantity,
      totalMinor: item.total_minor,
    })),
    placedAt: order.placed_at.toISOString(),
  };
  return { subject: order.id, cause, data };
}
