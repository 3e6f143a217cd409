import { Controller } from '@nestjs/common';
import {
  paymentCaptured,
  paymentRefused,
  paymentReleased,
  paymentReserved,
  stockConfirmed,
  stockRefused,
  stockReleased,
  stockReserved,
  type Envelope,
  type PaymentCaptured,
  type PaymentRefused,
  type PaymentReleased,
  type PaymentReserved,
  type StockConfirmed,
  type StockRefused,
  type StockReleased,
  type StockReserved,
} from '@florin/contracts';
import { causeOf, ConsumesSet, type Delivery } from '@florin/messaging';
import { AdvanceCheckouts, type CheckoutFact } from './advance-checkouts';
import type { PartFact, PartName } from './checkout-plan';

/** What the keepers of stock and money answer, as facts for the plan. */
@Controller()
export class CheckoutConsumer {
  constructor(private readonly advanceCheckouts: AdvanceCheckouts) {}

  @ConsumesSet(stockReserved)
  stockReserved(events: Envelope<StockReserved>[], delivery: Delivery): Promise<void> {
    return this.take(events, delivery, 'stock', 'reserved');
  }

  @ConsumesSet(stockRefused)
  stockRefused(events: Envelope<StockRefused>[], delivery: Delivery): Promise<void> {
    return this.take(events, delivery, 'stock', 'refused', () => ({
      reasonCode: 'out_of_stock',
      reason: 'There is not enough in stock.',
    }));
  }

  @ConsumesSet(stockConfirmed)
  stockConfirmed(events: Envelope<StockConfirmed>[], delivery: Delivery): Promise<void> {
    return this.take(events, delivery, 'stock', 'confirmed');
  }

  @ConsumesSet(stockReleased)
  stockReleased(events: Envelope<StockReleased>[], delivery: Delivery): Promise<void> {
    return this.take(events, delivery, 'stock', 'released', ({ reason }) => ({ reasonCode: 'stock_released', reason }));
  }

  @ConsumesSet(paymentReserved)
  paymentReserved(events: Envelope<PaymentReserved>[], delivery: Delivery): Promise<void> {
    return this.take(events, delivery, 'payment', 'reserved');
  }

  @ConsumesSet(paymentRefused)
  paymentRefused(events: Envelope<PaymentRefused>[], delivery: Delivery): Promise<void> {
    return this.take(events, delivery, 'payment', 'refused', ({ code, reason }) => ({ reasonCode: code, reason }));
  }

  @ConsumesSet(paymentCaptured)
  paymentCaptured(events: Envelope<PaymentCaptured>[], delivery: Delivery): Promise<void> {
    return this.take(events, delivery, 'payment', 'confirmed');
  }

  @ConsumesSet(paymentReleased)
  paymentReleased(events: Envelope<PaymentReleased>[], delivery: Delivery): Promise<void> {
    return this.take(events, delivery, 'payment', 'released', ({ reason }) => ({
      reasonCode: 'payment_released',
      reason,
    }));
  }

  private async take<T extends { checkoutId: string }>(
    events: readonly Envelope<T>[],
    { tx }: Delivery,
    part: PartName,
    fact: PartFact,
    why?: (data: T) => { reasonCode: string; reason: string },
  ): Promise<void> {
    const facts = events.map((event): CheckoutFact => ({
      checkoutId: event.data.checkoutId.toLowerCase(),
      fact: { part, fact },
      actor: part,
      cause: causeOf(event),
      ...why?.(event.data),
    }));
    await this.advanceCheckouts.execute(tx, facts);
  }
}
