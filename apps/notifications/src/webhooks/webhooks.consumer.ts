import {
  causeOf,
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
import type { Tx } from '@florin/database';
import { ConsumesSet, type Delivery } from '@florin/messaging';
import { Controller } from '@nestjs/common';
import { DeliverWebhooks } from './deliver-webhooks';
import { WebhooksRepository } from './webhooks.repository';

/** Turns public events into deliveries, one per endpoint that asked for the type. */
@Controller()
export class WebhooksConsumer {
  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly deliverWebhooks: DeliverWebhooks,
  ) {}

  @ConsumesSet(orderPlaced, { as: 'webhooks' })
  orderPlaced(events: Envelope<OrderPlaced>[], { tx }: Delivery): Promise<void> {
    return this.deliver(tx, events);
  }

  @ConsumesSet(orderCompleted, { as: 'webhooks' })
  orderCompleted(events: Envelope<OrderCompleted>[], { tx }: Delivery): Promise<void> {
    // History that was imported is no news.
    return this.deliver(
      tx,
      events.filter(({ data }) => data.origin === 'checkout'),
    );
  }

  @ConsumesSet(orderCancelled, { as: 'webhooks' })
  orderCancelled(events: Envelope<OrderCancelled>[], { tx }: Delivery): Promise<void> {
    return this.deliver(tx, events);
  }

  @ConsumesSet(orderRefunded, { as: 'webhooks' })
  orderRefunded(events: Envelope<OrderRefunded>[], { tx }: Delivery): Promise<void> {
    return this.deliver(tx, events);
  }

  @ConsumesSet(pointsEarned, { as: 'webhooks' })
  pointsEarned(events: Envelope<PointsEarned>[], { tx }: Delivery): Promise<void> {
    return this.deliver(tx, events);
  }

  @ConsumesSet(pointsClawedBack, { as: 'webhooks' })
  pointsClawedBack(events: Envelope<PointsClawedBack>[], { tx }: Delivery): Promise<void> {
    return this.deliver(tx, events);
  }

  @ConsumesSet(tierUpgraded, { as: 'webhooks' })
  tierUpgraded(events: Envelope<TierUpgraded>[], { tx }: Delivery): Promise<void> {
    return this.deliver(tx, events);
  }

  private async deliver(tx: Tx, events: readonly Envelope<{ merchantId: string }>[]): Promise<void> {
    if (events.length === 0) return;
    const endpoints = await this.webhooks.endpointsOf(
      tx,
      events.map(({ data }) => data.merchantId),
    );
    if (endpoints.length === 0) return;
    await this.webhooks.insertDeliveries(
      tx,
      events.flatMap((event) =>
        endpoints
          .filter(
            ({ merchantId, eventTypes }) => merchantId === event.data.merchantId && eventTypes.includes(event.type),
          )
          .map(({ id }) => ({
            endpointId: id,
            merchantId: event.data.merchantId,
            eventId: event.id,
            eventType: event.type,
            payload: JSON.stringify({ id: event.id, type: event.type, timestamp: event.time, data: event.data }),
            cause: causeOf(event),
          })),
      ),
    );
    tx.afterCommit(() => this.deliverWebhooks.work.wake());
  }
}
