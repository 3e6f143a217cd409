import {
  causeOf,
  emailVerificationRequested,
  type EmailVerificationRequested,
  type Envelope,
  orderCancelled,
  type OrderCancelled,
  orderCompleted,
  type OrderCompleted,
  orderRefunded,
  type OrderRefunded,
  payoutChanged,
  type PayoutChanged,
  tierUpgraded,
  type TierUpgraded,
} from '@florin/contracts';
import { ConsumesSet, type Delivery } from '@florin/messaging';
import { Controller } from '@nestjs/common';
import type { TemplateKey } from '../templates/default-templates';
import { amountText } from '../templates/render-template';
import type { Contact } from './contact';
import { TellPeople } from './tell-people';

/** Turns what happened into what people are told: one intent each. */
@Controller()
export class MessagesConsumer {
  constructor(private readonly tellPeople: TellPeople) {}

  @ConsumesSet(emailVerificationRequested)
  verifyEmail(events: Envelope<EmailVerificationRequested>[], { tx }: Delivery): Promise<void> {
    return this.tellPeople.within(
      tx,
      events.map((event) => ({
        userId: event.data.userId,
        merchantId: event.data.merchantId,
        // A link that is asked for again is another mail.
        intent: `verify_email:${event.id}`,
        template: 'verify_email',
        recipient: event.data.email,
        variables: {
          name: event.data.displayName,
          sealed_link: event.data.sealedLink,
          expires_at: event.data.expiresAt,
        },
        cause: causeOf(event),
      })),
    );
  }

  @ConsumesSet(orderCompleted)
  orderConfirmed(events: Envelope<OrderCompleted>[], { tx }: Delivery): Promise<void> {
    return this.tellPeople.within(
      tx,
      events.flatMap((event) => {
        const { data } = event;
        // What another system sold is history: nobody waits for a mail about it.
        if (data.origin !== 'checkout' || data.email === undefined) return [];
        const lines = data.lines.map(({ quantity, title, totalMinor }) => ({
          quantity,
          title,
          total: amountText(totalMinor, data.currency),
        }));
        const variables = { number: data.number, lines, total: amountText(data.totalMinor, data.currency) };
        return [
          {
            ...aboutOrder(event, data.email),
            intent: `order_confirmed:${data.orderId}`,
            template: 'order_confirmed' as const,
            variables,
          },
        ];
      }),
    );
  }

  @ConsumesSet(orderCancelled)
  orderCancelled(events: Envelope<OrderCancelled>[], { tx }: Delivery): Promise<void> {
    return this.tellPeople.within(
      tx,
      events.map((event) => ({
        ...aboutOrder(event, event.data.email),
        intent: `order_cancelled:${event.data.orderId}`,
        template: 'order_cancelled',
        variables: { number: event.data.number, reason: event.data.reason },
      })),
    );
  }

  @ConsumesSet(orderRefunded)
  orderRefunded(events: Envelope<OrderRefunded>[], { tx }: Delivery): Promise<void> {
    return this.tellPeople.within(
      tx,
      events.map((event) => ({
        ...aboutOrder(event, event.data.email),
        intent: `order_refunded:${event.data.refundId}`,
        template: 'order_refunded',
        variables: { number: event.data.number, total: amountText(event.data.totalMinor, event.data.currency) },
      })),
    );
  }

  @ConsumesSet(tierUpgraded)
  async tierUpgraded(events: Envelope<TierUpgraded>[], { tx }: Delivery): Promise<void> {
    const news = events.filter(({ data }) => data.origin !== 'import');
    if (news.length === 0) return;
    const contacts = await this.tellPeople.contacts(
      tx,
      news.map(({ data }) => data),
    );
    await this.tellPeople.within(
      tx,
      news.flatMap((event) => {
        const { memberId, merchantId, programId, toTier } = event.data;
        const contact = contacts.get(`${memberId}:${merchantId}`);
        if (!contact) return [];
        const intent = `tier_upgraded:${programId}:${toTier}`;
        const variables = { name: contact.displayName, tier: toTier };
        return [
          {
            userId: memberId,
            merchantId,
            intent,
            template: 'tier_upgraded' as const,
            recipient: contact.email,
            variables,
            cause: causeOf(event),
          },
        ];
      }),
    );
  }

  @ConsumesSet(payoutChanged)
  async withdrawalChanged(events: Envelope<PayoutChanged>[], { tx }: Delivery): Promise<void> {
    const news = events.filter(({ data }) => withdrawalMails[data.state] !== undefined);
    if (news.length === 0) return;
    const contacts = await this.tellPeople.contacts(
      tx,
      news.map(({ data }) => data),
    );
    await this.tellPeople.within(
      tx,
      news.flatMap((event) => withdrawalMail(event, contacts.get(`${event.data.memberId}:${event.data.merchantId}`))),
    );
  }
}

/** Which mail a step of a withdrawal is worth; the others are nobody's news. */
const withdrawalMails: Partial<Record<PayoutChanged['state'], TemplateKey>> = {
  approved: 'withdrawal_approved',
  paid: 'withdrawal_paid',
  failed: 'withdrawal_ended',
  returned: 'withdrawal_ended',
  rejected: 'withdrawal_ended',
};

function withdrawalMail(event: Envelope<PayoutChanged>, contact: Contact | undefined) {
  const { withdrawalId, memberId, merchantId, state, amountMinor, payoutMinor, currency } = event.data;
  const template = withdrawalMails[state];
  if (!template || !contact) return [];
  const total = amountText(template === 'withdrawal_ended' ? amountMinor : payoutMinor, currency);
  const variables = { name: contact.displayName, total, state };
  const intent = `${template}:${withdrawalId}`;
  return [
    { userId: memberId, merchantId, intent, template, recipient: contact.email, variables, cause: causeOf(event) },
  ];
}

function aboutOrder(event: Envelope<{ memberId: string; merchantId: string }>, recipient: string) {
  return { userId: event.data.memberId, merchantId: event.data.merchantId, recipient, cause: causeOf(event) };
}
