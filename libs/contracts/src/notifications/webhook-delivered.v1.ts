import { defineEvent, exampleId } from '../define';
import { Id, WholeNumber } from '../fields';

export class WebhookDelivered {
  @Id() readonly deliveryId: string;
  @Id() readonly endpointId: string;
  @Id() readonly eventId: string;
  @WholeNumber(1) readonly attempts: number;
}

/** Said once, when a merchant’s endpoint has accepted an event. */
export const webhookDelivered = defineEvent({
  type: 'notifications.webhook.delivered',
  version: 1,
  data: WebhookDelivered,
  description: 'Said once, when a merchant’s endpoint has accepted an event.',
  example: {
    deliveryId: exampleId(17),
    endpointId: exampleId(18),
    eventId: exampleId(19),
    attempts: 1,
  },
});
