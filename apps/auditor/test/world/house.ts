import { allContracts, dataschemaOf, type Envelope, type MessageContract, validateData } from '@florin/contracts';
import { newId } from '@florin/kernel';
import type { Service } from '../../src/services';
import { services } from '../../src/services';
import { Stores } from './stores';

/** When everything of the story happened; long enough ago that nothing of it counts as on its way. */
export const storyAt = new Date(Date.now() - 3_600_000);
/** When the house began to listen, and its programs and endpoints were made. */
export const beginning = new Date(storyAt.getTime() - 24 * 3_600_000);
export const storyDay = storyAt.toISOString().slice(0, 10);

const everyEventBut = (...others: string[]) =>
  allContracts.filter(({ kind, type }) => kind === 'event' && !others.includes(type)).map(({ type }) => type);

/** Who hears what in this house, as the services subscribe. */
const hearing: Record<Service, string[]> = {
  auth: ['catalog.merchant.saved'],
  catalog: ['catalog.stock.reserve', 'catalog.stock.confirm', 'catalog.stock.release', 'catalog.stock.restock'],
  orders: [
    ...[
      'catalog.merchant.saved',
      'catalog.variant.saved',
      'catalog.stock.reserved',
      'catalog.stock.refused',
      'catalog.stock.confirmed',
      'catalog.stock.released',
    ],
    ...[
      'wallet.payment.reserved',
      'wallet.payment.refused',
      'wallet.payment.captured',
      'wallet.payment.released',
      'wallet.refund.completed',
      'wallet.refund.failed',
    ],
  ],
  wallet: [
    'wallet.payment.reserve',
    'wallet.payment.confirm',
    'wallet.payment.release',
    'wallet.refund.issue',
    'loyalty.cashback.accrued',
    'loyalty.cashback.reversed',
    'loyalty.points.earned',
    'loyalty.points.clawed_back',
    'loyalty.points.redeemed',
    'loyalty.points.expired',
  ],
  loyalty: ['auth.user.verified', 'orders.order.completed', 'orders.order.refunded'],
  notifications: [
    'auth.user.verified',
    'auth.email_verification.requested',
    'orders.order.completed',
    'orders.order.cancelled',
    'orders.order.refunded',
    'loyalty.tier.upgraded',
  ],
  analytics: everyEventBut(
    'auth.email_verification.requested',
    'catalog.stock.reserved',
    'catalog.stock.confirmed',
    'catalog.stock.released',
    'wallet.payment.reserved',
  ),
};
const webhookTypes = [
  'orders.order.placed',
  'orders.order.completed',
  'orders.order.cancelled',
  'orders.order.refunded',
  'loyalty.points.earned',
  'loyalty.points.clawed_back',
  'loyalty.tier.upgraded',
];

export interface Endpoint {
  id: string;
  merchantId: string;
  types: string[];
}

interface Revenue {
  orders: number;
  sales_minor: number;
  imported_orders: number;
  imported_minor: number;
  imported_discount_minor: number;
  imported_tax_minor: number;
  discount_minor: number;
  tax_minor: number;
  refunds: number;
  refunds_minor: number;
  refunded_tax_minor: number;
  captured_wallet_minor: number;
  captured_card_minor: number;
  refunded_wallet_minor: number;
  refunded_card_minor: number;
}

/** What is said in the house, and what follows from that alone: who heard it, which webhooks went out, how it was counted. */
export class House {
  readonly endpoints: Endpoint[] = [];
  private readonly revenues = new Map<string, Revenue & { merchant_id: string; currency: string; day: string }>();
  private readonly points = new Map<
    string,
    { merchant_id: string; program_id: string; day: string; earned: number; clawed_back: number }
  >();
  private readonly actives = new Map<string, { merchant_id: string; day: string; user_id: string }>();
  private readonly enrolled = new Map<string, { merchant_id: string; day: string; enrolled: number }>();

  constructor(readonly stores: Stores) {
    for (const service of services) {
      for (const type of hearing[service]) this.subscribe(service, `${service}.on.${type}.v1`, type);
    }
    for (const type of webhookTypes) this.subscribe('notifications', `notifications.webhooks.on.${type}.v1`, type);
  }

  /** Says something that everybody who listens has handled. Gives the message's id. */
  say<T extends object>(service: Service, contract: MessageContract<T>, subject: string, data: T): string {
    const id = newId();
    const { merchantId } = data as { merchantId?: string };
    const envelope: Envelope<T> = {
      specversion: '1.0',
      id,
      source: `/florin/${service}`,
      type: contract.type,
      subject,
      time: storyAt.toISOString(),
      dataschema: dataschemaOf(contract),
      datacontenttype: 'application/json',
      correlationid: newId(),
      merchantid: merchantId,
      data: validateData(contract, data),
    };
    const { kind, type, version } = contract;
    this.stores.add(service, 'outbox', {
      id,
      kind,
      type,
      version,
      subject,
      merchant_id: merchantId ?? null,
      envelope,
      created_at: storyAt,
      published_at: storyAt,
    });
    for (const hearer of services)
      if (hearing[hearer].includes(type)) this.handled(hearer, `${hearer}.on.${type}.v1`, id);
    if (webhookTypes.includes(type)) {
      this.handled('notifications', `notifications.webhooks.on.${type}.v1`, id);
      // History that was imported is no news.
      if (!('origin' in data) || data.origin === 'checkout') this.deliver(type, id, merchantId ?? '', data);
    }
    if (hearing.analytics.includes(type)) this.keep(envelope);
    return id;
  }

  /** Counts points and people of a day, as analytics does. */
  countPoints(merchantId: string, programId: string, change: { earned?: number; clawedBack?: number }): void {
    const sums = this.points.get(programId) ?? {
      merchant_id: merchantId,
      program_id: programId,
      day: storyDay,
      earned: 0,
      clawed_back: 0,
    };
    this.points.set(programId, {
      ...sums,
      earned: sums.earned + (change.earned ?? 0),
      clawed_back: sums.clawed_back + (change.clawedBack ?? 0),
    });
  }

  countRevenue(merchantId: string, currency: string, change: Partial<Revenue>): void {
    const none = {
      orders: 0,
      sales_minor: 0,
      imported_orders: 0,
      imported_minor: 0,
      imported_discount_minor: 0,
      imported_tax_minor: 0,
      discount_minor: 0,
      tax_minor: 0,
      refunds: 0,
      refunds_minor: 0,
      refunded_tax_minor: 0,
    };
    const noTenders = {
      captured_wallet_minor: 0,
      captured_card_minor: 0,
      refunded_wallet_minor: 0,
      refunded_card_minor: 0,
    };
    const sums = this.revenues.get(merchantId) ?? {
      merchant_id: merchantId,
      currency,
      day: storyDay,
      ...none,
      ...noTenders,
    };
    for (const [name, value] of Object.entries(change) as [keyof Revenue, number][]) sums[name] += value;
    this.revenues.set(merchantId, sums);
  }

  countActive(merchantId: string, userId: string): void {
    this.actives.set(`${merchantId}:${userId}`, { merchant_id: merchantId, day: storyDay, user_id: userId });
  }

  countEnrolled(merchantId: string): void {
    const sums = this.enrolled.get(merchantId) ?? { merchant_id: merchantId, day: storyDay, enrolled: 0 };
    this.enrolled.set(merchantId, { ...sums, enrolled: sums.enrolled + 1 });
  }

  /** Writes the daily sums; the end of the story. */
  close(): void {
    for (const row of this.revenues.values()) this.stores.add('analytics', 'daily_revenue', { ...row });
    for (const row of this.points.values()) this.stores.add('analytics', 'daily_points', row);
    for (const row of this.actives.values()) this.stores.add('analytics', 'daily_actives', row);
    for (const row of this.enrolled.values()) this.stores.add('analytics', 'daily_members', row);
  }

  private subscribe(service: Service, consumer: string, type: string): void {
    this.stores.add(service, 'messaging_subscriptions', { consumer, type, version: 1, since: beginning });
  }

  private handled(service: Service, consumer: string, messageId: string): void {
    this.stores.add(service, 'inbox', { consumer, message_id: messageId, handled_at: storyAt });
  }

  private keep({ id, type, subject, merchantid, data }: Envelope<object>): void {
    this.stores.add('analytics', 'analytics_events', {
      id,
      type,
      version: 1,
      merchant_id: merchantid ?? null,
      subject,
      data,
      occurred_at: storyAt,
    });
  }

  private deliver(type: string, eventId: string, merchantId: string, data: object): void {
    for (const endpoint of this.endpoints) {
      if (endpoint.merchantId !== merchantId || !endpoint.types.includes(type)) continue;
      const id = newId();
      const payload = JSON.stringify({ id: eventId, type, timestamp: storyAt.toISOString(), data });
      const row = {
        endpoint_id: endpoint.id,
        merchant_id: merchantId,
        event_id: eventId,
        event_type: type,
        payload,
        state: 'delivered',
        attempts: 2,
      };
      this.stores.add('notifications', 'webhook_deliveries', {
        id,
        ...row,
        last_status: 200,
        delivered_at: storyAt,
        created_at: storyAt,
      });
      // The first attempt met a server that was just starting.
      for (const [attempt, status] of [503, 200].entries()) {
        this.stores.add('notifications', 'webhook_attempts', {
          id: newId(),
          delivery_id: id,
          attempt: attempt + 1,
          status,
          took_ms: 12,
          attempted_at: storyAt,
        });
      }
      this.say('notifications', contractOf('notifications.webhook.delivered'), id, {
        deliveryId: id,
        endpointId: endpoint.id,
        eventId,
        attempts: 2,
      });
    }
  }
}

export function contractOf(type: string): MessageContract<object> {
  const found = allContracts.find((contract) => contract.type === type);
  if (!found) throw new Error(`there is no contract ${type}`);
  return found;
}
