import { causeOf, type Envelope } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { Injectable } from '@nestjs/common';
import { DeliverWebhooks } from './deliver-webhooks';
import { WebhooksRepository } from './webhooks.repository';

/** Turns events into deliveries, one per endpoint that asked for the type. */
@Injectable()
export class SpreadEvents {
  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly deliverWebhooks: DeliverWebhooks,
  ) {}

  async within(tx: Tx, events: readonly Envelope<{ merchantId: string }>[]): Promise<void> {
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
