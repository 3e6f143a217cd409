import {
  type Envelope,
  orderCompleted,
  type OrderCompleted,
  orderRefunded,
  type OrderRefunded,
  paymentCaptured,
  type PaymentCaptured,
  refundCompleted,
  type RefundCompleted,
} from '@florin/contracts';
import { ConsumesSet, type Delivery } from '@florin/messaging';
import { Controller } from '@nestjs/common';
import { CountActives } from '../activity/count-actives';
import { KeepEvents } from '../events/keep-events';
import { CountRevenue } from './count-revenue';

/** Events that move money: kept, and added to the daily sums. */
@Controller()
export class RevenueConsumer {
  constructor(
    private readonly keepEvents: KeepEvents,
    private readonly countRevenue: CountRevenue,
    private readonly countActives: CountActives,
  ) {}

  @ConsumesSet(orderCompleted)
  async completed(events: Envelope<OrderCompleted>[], { tx }: Delivery): Promise<void> {
    await this.keepEvents.within(tx, events);
    await this.countRevenue.completed(tx, events);
    await this.countActives.active(
      tx,
      events.map(({ data }) => ({ merchantId: data.merchantId, userId: data.memberId, at: data.completedAt })),
    );
  }

  @ConsumesSet(orderRefunded)
  async refunded(events: Envelope<OrderRefunded>[], { tx }: Delivery): Promise<void> {
    await this.keepEvents.within(tx, events);
    await this.countRevenue.refunded(tx, events);
  }

  @ConsumesSet(paymentCaptured)
  async captured(events: Envelope<PaymentCaptured>[], { tx }: Delivery): Promise<void> {
    await this.keepEvents.within(tx, events);
    await this.countRevenue.captured(tx, events);
  }

  @ConsumesSet(refundCompleted)
  async givenBack(events: Envelope<RefundCompleted>[], { tx }: Delivery): Promise<void> {
    await this.keepEvents.within(tx, events);
    await this.countRevenue.givenBack(tx, events);
  }
}
