import {
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
  type MessageContract,
  type PaymentReserve,
  type RefundIssue,
} from '@florin/contracts';
import { newId } from '@florin/kernel';
import { Peer, type TestBroker } from '@florin/testing';

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
  readonly mood: Mood = { ...goodMood };
  private readonly payments = new Map<string, PaymentReserve>();

  private constructor(readonly peer: Peer) {
    peer.onMessage((name, { data }) => this.answer(name, data));
  }

  static async open(broker: TestBroker): Promise<Neighbours> {
    return new Neighbours(await Peer.open(broker));
  }

  behave(mood: Partial<Mood> = {}): void {
    Object.assign(this.mood, goodMood, mood);
  }

  say<T extends object>(contract: MessageContract<T>, data: T, id: string = newId()): void {
    this.peer.say(contract, data, { id });
  }

  /** What orders has said of one kind, about one thing where asked. */
  of<T extends object>(contract: MessageContract<T>, about?: Partial<Record<keyof T, unknown>>): T[] {
    return this.peer.of(contract, about);
  }

  saveMerchant(merchantId: string, currency = 'EUR', version = 1): void {
    this.say(merchantSaved, { merchantId, name: 'Harbour Coffee', currency, timeZone: 'Europe/Amsterdam', version });
  }

  saveVariant(variant: { variantId: string; merchantId: string; priceMinor: number } & Partial<VariantFacts>): void {
    this.say(variantSaved, { ...usual, productId: newId(), ...variant });
  }

  close(): Promise<void> {
    return this.peer.close();
  }

  private answer(name: string, data: Record<string, unknown>): void {
    const checkoutId = String(data['checkoutId']);
    for (let copy = 0; copy < this.mood.copies; copy += 1) {
      if (name.startsWith('catalog.stock')) this.asCatalog(name, checkoutId);
      if (name.startsWith('wallet.payment')) this.asWallet(name, checkoutId, data);
      if (name === 'wallet.refund.issue.v1') this.giveBack(data as unknown as RefundIssue);
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
