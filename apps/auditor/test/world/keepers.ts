import {
  paymentCaptured,
  paymentConfirm,
  paymentRefused,
  paymentRelease,
  paymentReserved,
  stockConfirm,
  stockConfirmed,
  stockRefused,
  stockRelease,
  stockReleased,
  stockReserved,
  type Tender,
} from '@florin/contracts';
import { type House, storyAt } from './house';
import type { Shop } from './shop';
import { accounts, currency, type Outcome, type Sale } from './things';

/** What stock and wallet do for a checkout, and what is said between them and it. */
export class Keepers {
  constructor(
    private readonly house: House,
    private readonly shop: Shop,
  ) {}

  holdStock({ checkoutId, member, lines }: Sale, outcome: Outcome): void {
    const state = outcome === 'completed' ? 'confirmed' : outcome === 'reserving' ? 'reserved' : 'released';
    this.house.stores.add('catalog', 'inventory_checkouts', {
      checkout_id: checkoutId,
      merchant_id: member.merchantId,
      state,
      created_at: storyAt,
    });
    for (const { id, variant, quantity } of lines) {
      this.house.stores.add('catalog', 'inventory_reservations', {
        checkout_id: checkoutId,
        line_id: id,
        variant_id: variant.id,
        quantity,
      });
      this.shop.move(variant.id, 'reserve', checkoutId, { available: -quantity, reserved: quantity });
      if (state === 'confirmed')
        this.shop.move(variant.id, 'confirm', checkoutId, { reserved: -quantity, sold: quantity });
      if (state === 'released')
        this.shop.move(variant.id, 'release', checkoutId, { reserved: -quantity, available: quantity });
    }
    this.house.say('catalog', stockReserved, checkoutId, { checkoutId, expiresAt: storyAt.toISOString() });
    if (state === 'confirmed') {
      this.house.say('orders', stockConfirm, checkoutId, { checkoutId });
      this.house.say('catalog', stockConfirmed, checkoutId, { checkoutId });
    } else if (outcome === 'declined') {
      this.house.say('orders', stockRelease, checkoutId, { checkoutId, reason: 'declined' });
      this.house.say('catalog', stockReleased, checkoutId, { checkoutId, reason: 'declined' });
    } else if (outcome === 'undone') this.house.say('catalog', stockRefused, checkoutId, { checkoutId, shortages: [] });
  }

  takeMoney(sale: Sale, outcome: Outcome): void {
    const { id: orderId, checkoutId, member, walletMinor, cardMinor, paymentId } = sale;
    const { stores } = this.house;
    const state = outcome === 'declined' ? 'refused' : outcome === 'reserving' ? 'reserving' : 'captured';
    const who = { order_id: orderId, merchant_id: member.merchantId, member_id: member.id, currency };
    stores.add('wallet', 'checkout_payments', {
      checkout_id: checkoutId,
      ...who,
      wallet_minor: walletMinor,
      card_minor: cardMinor,
      parts: sale.giftCard ? 2 : 0,
      payment_id: paymentId,
      state,
      created_at: storyAt,
      settled_at: state === 'reserving' ? null : storyAt,
    });
    const parts = partsOf(sale);
    if (sale.giftCard) parts.forEach((part, index) => this.part(checkoutId, part, index + 1));
    for (const { holdKey, account, amountMinor } of parts)
      stores.book('wallet', {
        operation: 'hold',
        input: { key: holdKey, account, amountMinor, reference: `order:${orderId}` },
      });
    if (state === 'refused') {
      for (const { holdKey } of parts)
        stores.book('wallet', { operation: 'void', input: { key: `void:${checkoutId}`, holdKey } });
      this.house.say('wallet', paymentRefused, checkoutId, {
        checkoutId,
        orderId,
        code: 'card_declined',
        reason: 'The card was declined.',
      });
      this.house.say('orders', paymentRelease, checkoutId, { checkoutId, reason: 'declined' });
    }
    if (state !== 'captured') return;
    this.house.say('wallet', paymentReserved, checkoutId, { checkoutId, orderId, walletMinor, cardMinor });
    this.house.say('orders', paymentConfirm, checkoutId, { checkoutId });
    this.book(sale);
    const tenders: Tender[] = [];
    if (walletMinor > 0) tenders.push({ tender: 'wallet', paymentId: checkoutId, amountMinor: walletMinor });
    if (paymentId) tenders.push({ tender: 'card', paymentId, amountMinor: cardMinor });
    const { merchantId, id: memberId } = member;
    this.house.say('wallet', paymentCaptured, checkoutId, {
      checkoutId,
      orderId,
      merchantId,
      memberId,
      currency,
      tenders,
      capturedAt: storyAt.toISOString(),
    });
    this.house.countRevenue(merchantId, currency, {
      captured_wallet_minor: walletMinor,
      captured_card_minor: cardMinor,
    });
  }

  private part(checkoutId: string, { source, sourceId, holdKey, amountMinor }: Part, position: number): void {
    this.house.stores.add('wallet', 'checkout_parts', {
      ...{ checkout_id: checkoutId, position, source, source_id: sourceId, hold_key: holdKey },
      ...{ held_currency: currency, held_minor: amountMinor, pays_minor: amountMinor },
      ...{ refunded_minor: 0, elsewhere_minor: 0 },
    });
  }

  private book(sale: Sale): void {
    const { id: orderId, checkoutId, cardMinor } = sale;
    const { merchantId } = sale.member;
    const { stores } = this.house;
    const reference = `order:${orderId}`;
    for (const { source, holdKey, amountMinor } of partsOf(sale)) {
      const input = {
        key: holdKey.replace(/^checkout:/, 'capture:'),
        kind: `${source}_payment`,
        holdKey,
        amountMinor,
        final: true,
        reference,
        postings: [{ account: accounts.sales(merchantId), amountMinor }],
      };
      stores.book('wallet', { operation: 'capture', input });
    }
    if (cardMinor > 0)
      stores.post('wallet', `card:${checkoutId}`, 'card_payment', reference, [
        [accounts.clearing(merchantId), -cardMinor],
        [accounts.sales(merchantId), cardMinor],
      ]);
  }
}

interface Part {
  source: string;
  sourceId: string | null;
  holdKey: string;
  account: string;
  amountMinor: number;
}

/** What the wallet part of a sale is paid from. */
function partsOf({ checkoutId, member, walletMinor, giftCard }: Sale): Part[] {
  const holdKey = `checkout:${checkoutId}`;
  const account = accounts.wallet(member);
  const left = walletMinor - (giftCard?.amountMinor ?? 0);
  return [
    ...(giftCard
      ? [{ source: 'gift_card', sourceId: giftCard.id, holdKey: `${holdKey}:gift_card:${giftCard.id}`, ...giftCard }]
      : []),
    ...(left > 0 ? [{ source: 'wallet', sourceId: null, holdKey, account, amountMinor: left }] : []),
  ];
}
