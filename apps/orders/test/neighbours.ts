import { connect, type Channel, type ChannelModel, type ConsumeMessage } from 'amqplib';
import {
  dataschemaOf,
  merchantSaved,
  paymentCaptured,
  paymentRefused,
  paymentReleased,
  paymentReserved,
  refundCompleted,
  refundFailed,
  stockConfirmed,
  stockRefused,
  stockReleased,
  stockReserved,
  variantSaved,
  type Envelope,
  type MessageContract,
  type PaymentReserve,
  type RefundIssue,
} from '@florin/contracts';
import { newId } from '@florin/kernel';
import type { TestBroker } from '@florin/testing';

export interface Heard {
  name: string;
  envelope: Envelope<Record<string, unknown>>;
}

/** How the neighbours behave: as they promise, or badly. */
export interface Mood {
  stock: 'sells' | 'refuses' | 'is silent';
  payment: 'pays' | 'refuses' | 'is silent' | 'fails to capture';
  refund: 'pays back' | 'fails' | 'is silent';
  /** How often each answer is sent. */
  copies: number;
}

const goodMood: Mood = { stock: 'sells', payment: 'pays', refund: 'pays back', copies: 1 };

/** Catalog and wallet as orders knows them: they hear commands and answer over the real broker, keeping no more than they must. */
export class Neighbours {
  readonly heard: Heard[] = [];
  readonly mood: Mood = { ...goodMood };
  private readonly payments = new Map<string, PaymentReserve>();

  private constructor(
    private readonly connection: ChannelModel,
    private readonly channel: Channel,
    private readonly namespace: string,
  ) {}

  static async open(broker: TestBroker): Promise<Neighbours> {
    const connection = await connect(broker.url);
    const channel = await connection.createChannel();
    const neighbours = new Neighbours(connection, channel, broker.namespace);
    const { queue } = await channel.assertQueue('', { exclusive: true });
    for (const kind of ['events', 'commands']) {
      await channel.assertExchange(`${broker.namespace}.${kind}`, 'topic', { durable: true });
      await channel.bindQueue(queue, `${broker.namespace}.${kind}`, '#');
    }
    await channel.consume(queue, (message) => message && neighbours.take(message), { noAck: true });
    return neighbours;
  }

  behave(mood: Partial<Mood> = {}): void {
    Object.assign(this.mood, goodMood, mood);
  }

  /** Says an event as its service would. The same id twice is the same message twice. */
  say<T extends object>(contract: MessageContract<T>, data: T, id: string = newId()): void {
    const envelope: Envelope<T> = {
      specversion: '1.0',
      id,
      source: '/florin/test',
      type: contract.type,
      subject: id,
      time: new Date().toISOString(),
      dataschema: dataschemaOf(contract),
      datacontenttype: 'application/json',
      correlationid: newId(),
      data,
    };
    const content = Buffer.from(JSON.stringify(envelope));
    this.channel.publish(`${this.namespace}.events`, contract.name, content, {
      persistent: true,
      messageId: id,
      contentType: 'application/json',
    });
  }

  /** What orders has said of one kind, about one thing where asked. */
  of<T extends object>(contract: MessageContract<T>, about?: Partial<Record<keyof T, unknown>>): T[] {
    const matches = (data: Record<string, unknown>) =>
      Object.entries(about ?? {}).every(([field, value]) => data[field] === value);
    return this.heard
      .filter((one) => one.name === contract.name && matches(one.envelope.data))
      .map((one) => one.envelope.data as T);
  }

  saveMerchant(merchantId: string, currency = 'EUR', version = 1): void {
    this.say(merchantSaved, { merchantId, name: 'Harbour Coffee', currency, timeZone: 'Europe/Amsterdam', version });
  }

  saveVariant(variant: { variantId: string; merchantId: string; priceMinor: number } & Partial<VariantFacts>): void {
    this.say(variantSaved, { ...usual, productId: newId(), ...variant });
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  private take(message: ConsumeMessage): void {
    const envelope = JSON.parse(message.content.toString('utf8')) as Envelope<Record<string, unknown>>;
    const name = message.fields.routingKey;
    this.heard.push({ name, envelope });
    const checkoutId = String(envelope.data['checkoutId']);
    for (let copy = 0; copy < this.mood.copies; copy += 1) {
      if (name.startsWith('catalog.stock')) this.asCatalog(name, checkoutId);
      if (name.startsWith('wallet.payment')) this.asWallet(name, checkoutId, envelope.data);
      if (name === 'wallet.refund.issue.v1') this.giveBack(envelope.data as unknown as RefundIssue);
    }
  }

  private asCatalog(name: string, checkoutId: string): void {
    const { stock } = this.mood;
    if (stock === 'is silent') return;
    if (name === 'catalog.stock.reserve.v1' && stock === 'refuses')
      this.say(stockRefused, { checkoutId, shortages: [] });
    else if (name === 'catalog.stock.reserve.v1') this.say(stockReserved, { checkoutId, expiresAt: inAnHour() });
    else if (name === 'catalog.stock.confirm.v1') this.say(stockConfirmed, { checkoutId });
    else if (name === 'catalog.stock.release.v1') this.say(stockReleased, { checkoutId, reason: 'as asked' });
  }

  private asWallet(name: string, checkoutId: string, data: object): void {
    const { payment } = this.mood;
    if (name === 'wallet.payment.reserve.v1') this.payments.set(checkoutId, data as PaymentReserve);
    const asked = this.payments.get(checkoutId);
    if (payment === 'is silent' || !asked) return;
    const { orderId, walletMinor, cardMinor } = asked;
    const declined = { checkoutId, orderId, code: 'card_declined', reason: 'The card was declined' };
    if (name === 'wallet.payment.reserve.v1' && payment === 'refuses') this.say(paymentRefused, declined);
    else if (name === 'wallet.payment.reserve.v1')
      this.say(paymentReserved, { checkoutId, orderId, walletMinor, cardMinor });
    else if (name === 'wallet.payment.release.v1')
      this.say(paymentReleased, { checkoutId, orderId, reason: 'as asked' });
    else if (name === 'wallet.payment.confirm.v1' && payment === 'fails to capture')
      this.say(paymentRefused, { ...declined, code: 'capture_failed' });
    else if (name === 'wallet.payment.confirm.v1') this.capture(asked);
  }

  capture({ checkoutId, orderId, merchantId, memberId, currency, walletMinor, cardMinor }: PaymentReserve): void {
    const tenders = [
      { tender: 'wallet' as const, paymentId: newId(), amountMinor: walletMinor },
      { tender: 'card' as const, paymentId: newId(), amountMinor: cardMinor },
    ].filter((tender) => tender.amountMinor > 0);
    this.say(paymentCaptured, {
      checkoutId,
      orderId,
      merchantId,
      memberId,
      currency,
      tenders,
      capturedAt: new Date().toISOString(),
    });
  }

  /** The capture fails although the money was authorised. */
  failCapture(checkoutId: string): void {
    const orderId = this.payments.get(checkoutId)?.orderId ?? '';
    this.say(paymentRefused, { checkoutId, orderId, code: 'capture_failed', reason: 'The capture failed' });
  }

  giveBack({ refundId, orderId, checkoutId, merchantId, currency }: RefundIssue): void {
    if (this.mood.refund === 'fails')
      this.say(refundFailed, { refundId, orderId, code: 'processor_refused', reason: 'The processor refused' });
    if (this.mood.refund === 'pays back')
      this.say(refundCompleted, { refundId, orderId, checkoutId, merchantId, currency, tenders: [] });
  }
}

interface VariantFacts {
  productId: string;
  categoryId: string;
  sku: string;
  title: string;
  currency: string;
  taxRateBps: number;
  taxIncluded: boolean;
  active: boolean;
  version: number;
}

const usual = {
  sku: 'BEAN-250',
  title: 'House beans, 250 g',
  currency: 'EUR',
  taxRateBps: 2_100,
  taxIncluded: true,
  active: true,
  version: 1,
};

function inAnHour(): string {
  return new Date(Date.now() + 3_600_000).toISOString();
}
