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
      payment_id: paymentId,
      state,
      created_at: storyAt,
      settled_at: state === 'reserving' ? null : storyAt,
    });
    const holdKey = `checkout:${checkoutId}`;
    if (walletMinor > 0)
      stores.book('wallet', {
        operation: 'hold',
        input: {
          key: holdKey,
          account: accounts.wallet(member),
          amountMinor: walletMinor,
          reference: `order:${orderId}`,
        },
      });
    if (state === 'refused') {
      if (walletMinor > 0) stores.book('wallet', { operation: 'void', input: { key: `void:${checkoutId}`, holdKey } });
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

  private book({ id: orderId, checkoutId, member: { merchantId }, walletMinor, cardMinor }: Sale): void {
    const { stores } = this.house;
    const reference = `order:${orderId}`;
    const sale = [{ account: accounts.sales(merchantId), amountMinor: walletMinor }];
    if (walletMinor > 0) {
      const input = {
        key: `capture:${checkoutId}`,
        kind: 'wallet_payment',
        holdKey: `checkout:${checkoutId}`,
        amountMinor: walletMinor,
        final: true,
        reference,
        postings: sale,
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
