import {
  type Envelope,
  orderCancelled,
  type OrderCancelled,
  orderCompleted,
  type OrderCompleted,
  orderPlaced,
  type OrderPlaced,
  orderRefunded,
  type OrderRefunded,
  pointsClawedBack,
  type PointsClawedBack,
  pointsEarned,
  type PointsEarned,
  tierUpgraded,
  type TierUpgraded,
} from '@florin/contracts';
import { ConsumesSet, type Delivery } from '@florin/messaging';
import { Controller } from '@nestjs/common';
import { SpreadEvents } from './spread-events';

/** Turns public events into deliveries, one per endpoint that asked for the type. */
@Controller()
export class WebhooksConsumer {
  constructor(private readonly spreadEvents: SpreadEvents) {}

  @ConsumesSet(orderPlaced, { as: 'webhooks' })
  orderPlaced(events: Envelope<OrderPlaced>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(orderCompleted, { as: 'webhooks' })
  orderCompleted(events: Envelope<OrderCompleted>[], { tx }: Delivery): Promise<void> {
    // History that was imported is no news.
    return this.spreadEvents.within(
      tx,
      events.filter(({ data }) => data.origin === 'checkout'),
    );
  }

  @ConsumesSet(orderCancelled, { as: 'webhooks' })
  orderCancelled(events: Envelope<OrderCancelled>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(orderRefunded, { as: 'webhooks' })
  orderRefunded(events: Envelope<OrderRefunded>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(pointsEarned, { as: 'webhooks' })
  pointsEarned(events: Envelope<PointsEarned>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(pointsClawedBack, { as: 'webhooks' })
  pointsClawedBack(events: Envelope<PointsClawedBack>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }

  @ConsumesSet(tierUpgraded, { as: 'webhooks' })
  tierUpgraded(events: Envelope<TierUpgraded>[], { tx }: Delivery): Promise<void> {
    return this.spreadEvents.within(tx, events);
  }
}
