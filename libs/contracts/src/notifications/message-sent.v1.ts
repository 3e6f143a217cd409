import { defineEvent, exampleId } from '../define';
import { Id, Optional, Text } from '../fields';

export class MessageSent {
  @Id() readonly messageId: string;
  @Text() readonly intent: string;
  @Text() readonly channel: string;
  @Text() readonly recipientMasked: string;
  @Optional() @Id() readonly userId?: string;
}

/** Said once per intent, when a message has been handed to its channel. */
export const messageSent = defineEvent({
  type: 'notifications.message.sent',
  version: 1,
  data: MessageSent,
  description: 'Said once per intent, when a message has been handed to its channel.',
  example: {
    messageId: exampleId(16),
    intent: 'order-confirmation',
    channel: 'email',
    recipientMasked: 'a***@demo.test',
    userId: exampleId(2),
  },
});
