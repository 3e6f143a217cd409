import { messageSent } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { beginning, type House, storyAt } from './house';

/** E-mails that arrived, and endpoints that want to hear. */
export class Post {
  constructor(private readonly house: House) {}

  /** An e-mail that was handed over at the second attempt. */
  mail(mail: { userId: string; merchantId: string; recipient: string; template: string; intent: string }): string {
    const { stores } = this.house;
    const id = newId();
    const { userId, merchantId, recipient, template, intent } = mail;
    const state = { state: 'sent', attempts: 2, sent_at: storyAt, created_at: storyAt };
    stores.add('notifications', 'notifications', {
      user_id: userId,
      id,
      merchant_id: merchantId,
      channel: 'email',
      intent,
      template,
      recipient,
      variables: {},
      ...state,
    });
    for (const [attempt, outcome] of ['failed', 'sent'].entries()) {
      stores.add('notifications', 'notification_attempts', {
        id: newId(),
        message_id: id,
        attempt: attempt + 1,
        outcome,
        answer: '250',
        attempted_at: storyAt,
      });
    }
    this.house.say('notifications', messageSent, id, {
      messageId: id,
      intent,
      channel: 'email',
      recipientMasked: 'a***@demo.test',
      userId,
    });
    return id;
  }

  endpoint(merchantId: string, types: string[]): void {
    const id = newId();
    this.house.endpoints.push({ id, merchantId, types });
    this.house.stores.add('notifications', 'webhook_endpoints', {
      id,
      merchant_id: merchantId,
      url: 'http://hooks.test',
      sealed_secret: 'x',
      event_types: types,
      created_at: beginning,
    });
  }
}
