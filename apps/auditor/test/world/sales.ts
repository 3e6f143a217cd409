import {
  orderCancelled,
  orderCompleted,
  orderPlaced,
  paymentCaptured,
  paymentConfirm,
  paymentRefused,
  paymentRelease,
  paymentReserve,
  paymentReserved,
  stockConfirm,
  stockConfirmed,
  stockRefused,
  stockRelease,
  stockReleased,
  stockReserve,
  stockReserved,
  type Tender,
} from '@florin/contracts';
import { newId } from '@florin/kernel';
import { beginning, type House, storyAt } from './house';
import type { Points } from './points';
import { accounts, currency, type Member, type Shop, type Variant } from './shop';

export interface OrderLine {
  id: string;
  variant: Variant;
  quantity: number;
  discountMinor: number;
  totalMinor: number;
}

/** `undone`: captured, but the stock was gone when it was to be confirmed; all of the money goes back. */
export type Outcome = 'completed' | 'declined' | 'undone' | 'reserving' | 'imported';

export interface Sale {
  id: string;
  checkoutId: string;
  number: string;
  member: Member;
  lines: OrderLine[];
  totalMinor: number;
  walletMinor: number;
  cardMinor: number;
  paymentId: string | null;
  outcome: Outcome;
  coupon: Coupon | undefined;
  /** Given back, or on its way back. */
  returned: { walletMinor: number; cardMinor: number };
  status: string;
}

export interface Coupon {
  id: string;
  code: string;
}

export interface Wish {
  member: Member;
  lines: { variant: Variant; quantity: number; discountMinor?: number }[];
  walletMinor?: number;
  coupon?: Coupon;
  outcome?: Outcome;
}

const states = {
  completed: { status: 'completed', checkout: 'completed', stock: 'confirmed', payment: 'confirmed' },
  declined: { status: 'cancelled', checkout: 'cancelled', stock: 'released', payment: 'released' },
  undone: { status: 'cancelled', checkout: 'cancelled', stock: 'released', payment: 'given_back' },
  reserving: { status: 'pending', checkout: 'reserving', stock: 'held', payment: 'asked' },
} as const;

/** Orders, and what stock and wallet did for them. */
export class Sales {
  readonly all: Sale[] = [];
  private readonly uses = new Map<string, number>();
  private numbers = 100_000;

  constructor(
    private readonly house: House,
    private readonly shop: Shop,
    private readonly points: Points,
  ) {}

  coupon(merchantId: string, code: string): Coupon {
    const id = newId();
    const made = { valid_from: beginning, created_by: 'ops', created_at: beginning, updated_at: beginning };
    this.house.stores.add('orders', 'coupon_codes', {
      id,
      merchant_id: merchantId,
      code,
      kind: 'fixed',
      amount_minor: 100,
      currency,
      max_uses: 10,
      taken: 0,
      ...made,
    });
    return { id, code };
  }

  buy({ member, lines: wanted, walletMinor = 0, coupon, outcome = 'completed' }: Wish): Sale {
    const lines = wanted.map(({ variant, quantity, discountMinor = 0 }) => ({
      id: newId(),
      variant,
      quantity,
      discountMinor,
      totalMinor: variant.priceMinor * quantity - discountMinor,
    }));
    const totalMinor = lines.reduce((sum, line) => sum + line.totalMinor, 0);
    const cardMinor = outcome === 'imported' ? 0 : totalMinor - walletMinor;
    const number = `F-2026-${(this.numbers += 1)}`;
    const identity = {
      id: newId(),
      checkoutId: newId(),
      number,
      member,
      lines,
      totalMinor,
      walletMinor,
      cardMinor,
      paymentId: cardMinor > 0 ? newId() : null,
    };
    const sale: Sale = {
      ...identity,
      outcome,
      coupon,
      returned: { walletMinor: 0, cardMinor: 0 },
      status: 'completed',
    };
    this.all.push(sale);
    if (outcome !== 'imported') this.checkOut(sale, outcome);
    if (outcome === 'completed' || outcome === 'imported') this.complete(sale);
    return sale;
  }

  /** Writes orders, charges and counters as they stand in the end. */
  close(): void {
    for (const sale of this.all) this.writeOrder(sale);
    for (const [use, taken] of this.uses) {
      const [coupon_id, member_id] = use.split(' ');
      this.house.stores.add('orders', 'coupon_members', { coupon_id, member_id, taken, max_uses: 5 });
    }
  }

  private checkOut(sale: Sale, outcome: Exclude<Outcome, 'imported'>): void {
    const { id: orderId, checkoutId, member, lines, totalMinor, walletMinor, cardMinor, number } = sale;
    const { merchantId, id: memberId, email } = member;
    const { status, checkout, stock, payment } = states[outcome];
    sale.status = status;
    const made = { created_at: storyAt, updated_at: storyAt, deadline_at: new Date(storyAt.getTime() + 3 * 3_600_000) };
    const parts = { state: checkout, stock, payment: totalMinor === 0 ? 'not_needed' : payment };
    this.house.stores.add('orders', 'checkouts', {
      id: checkoutId,
      order_id: orderId,
      cart_id: newId(),
      merchant_id: merchantId,
      coupon_id: sale.coupon?.id ?? null,
      ...parts,
      ...made,
    });
    this.step(sale, 'pending');
    const expiresAt = storyAt.toISOString();
    const placed = {
      orderId,
      checkoutId,
      number,
      merchantId,
      memberId,
      email,
      currency,
      totalMinor,
      walletMinor,
      cardMinor,
      placedAt: storyAt.toISOString(),
    };
    this.house.say('orders', orderPlaced, orderId, {
      ...placed,
      lines: lines.map(({ id, variant, quantity, totalMinor: total }) => ({
        lineId: id,
        variantId: variant.id,
        sku: variant.sku,
        title: variant.sku,
        quantity,
        totalMinor: total,
      })),
    });
    this.house.say('orders', stockReserve, checkoutId, {
      checkoutId,
      merchantId,
      expiresAt,
      lines: lines.map(({ id, variant, quantity }) => ({ lineId: id, variantId: variant.id, quantity })),
    });
    if (totalMinor > 0)
      this.house.say('orders', paymentReserve, checkoutId, {
        checkoutId,
        orderId,
        merchantId,
        memberId,
        currency,
        walletMinor,
        cardMinor,
        cardToken: 'tok_visa',
        expiresAt,
      });
    this.useCoupon(sale, status);
    this.holdStock(sale, outcome);
    if (totalMinor > 0) this.takeMoney(sale, outcome);
    if (status === 'cancelled') this.cancel(sale);
  }

  private holdStock({ checkoutId, member, lines }: Sale, outcome: Outcome): void {
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

  private takeMoney(sale: Sale, outcome: Outcome): void {
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
          account: accounts.wallet(member.id),
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

  private complete(sale: Sale): void {
    const { id: orderId, checkoutId, number, member, lines, totalMinor, coupon, outcome } = sale;
    const { merchantId, id: memberId, email } = member;
    const discountMinor = lines.reduce((sum, line) => sum + line.discountMinor, 0);
    this.step(sale, 'completed');
    const amounts = {
      currency,
      listMinor: totalMinor + discountMinor,
      discountMinor,
      taxMinor: 0,
      totalMinor,
      couponCode: coupon?.code,
    };
    const told = lines.map(({ id, variant, quantity, discountMinor: discount, totalMinor: total }) => ({
      ...{
        lineId: id,
        productId: variant.productId,
        variantId: variant.id,
        sku: variant.sku,
        title: variant.sku,
        quantity,
      },
      ...{ listMinor: total + discount, discountMinor: discount, taxMinor: 0, totalMinor: total },
    }));
    const origin = outcome === 'imported' ? ('import' as const) : ('checkout' as const);
    this.house.say('orders', orderCompleted, orderId, {
      orderId,
      checkoutId,
      number,
      merchantId,
      memberId,
      email,
      origin,
      ...amounts,
      lines: told,
      completedAt: storyAt.toISOString(),
    });
    this.points.earn(sale);
    this.house.countActive(merchantId, memberId);
    const sums =
      origin === 'import' ? { imported_orders: 1, imported_minor: totalMinor } : { orders: 1, sales_minor: totalMinor };
    this.house.countRevenue(merchantId, currency, { ...sums, discount_minor: discountMinor });
    if (origin === 'checkout')
      this.shop.mail({
        userId: memberId,
        merchantId,
        recipient: email,
        template: 'order_confirmed',
        intent: `order_confirmed:${orderId}`,
      });
  }

  private cancel(sale: Sale): void {
    const { id: orderId, checkoutId, number, member } = sale;
    const { merchantId, id: memberId, email } = member;
    this.step(sale, 'cancelled');
    const why = { reasonCode: 'payment_refused', reason: 'The card was declined.', cancelledAt: storyAt.toISOString() };
    this.house.say('orders', orderCancelled, orderId, {
      orderId,
      checkoutId,
      merchantId,
      memberId,
      email,
      number,
      ...why,
    });
    this.shop.mail({
      userId: memberId,
      merchantId,
      recipient: email,
      template: 'order_cancelled',
      intent: `order_cancelled:${orderId}`,
    });
  }

  private useCoupon({ id, checkoutId, member, lines, coupon }: Sale, status: string): void {
    if (!coupon) return;
    const state = status === 'cancelled' ? 'released' : status === 'pending' ? 'reserved' : 'confirmed';
    const discount_minor = lines.reduce((sum, line) => sum + line.discountMinor, 0);
    this.house.stores.add('orders', 'coupon_uses', {
      checkout_id: checkoutId,
      coupon_id: coupon.id,
      member_id: member.id,
      order_id: id,
      discount_minor,
      state,
      reserved_at: storyAt,
    });
    const use = `${coupon.id} ${member.id}`;
    this.uses.set(use, (this.uses.get(use) ?? 0) + (state === 'released' ? 0 : 1));
  }

  step({ id }: Sale, status: string): void {
    this.house.stores.add('orders', 'order_status_history', {
      id: newId(),
      order_id: id,
      created_at: storyAt,
      status,
      actor: 'story',
      at: storyAt,
    });
  }

  private writeOrder(sale: Sale): void {
    const { id, member, lines, totalMinor, walletMinor, cardMinor, outcome, returned, paymentId, checkoutId } = sale;
    const { stores } = this.house;
    const isTaken = outcome === 'completed' || outcome === 'undone';
    const discount = lines.reduce((sum, line) => sum + line.discountMinor, 0);
    const amounts = {
      currency,
      list_minor: totalMinor + discount,
      discount_minor: discount,
      coupon_minor: discount,
      tax_minor: 0,
      total_minor: totalMinor,
      coupon_code: sale.coupon?.code ?? null,
    };
    const tenders = {
      wallet_minor: walletMinor,
      card_minor: cardMinor,
      captured_wallet_minor: isTaken ? walletMinor : 0,
      captured_card_minor: isTaken ? cardMinor : 0,
    };
    const back = {
      returning_wallet_minor: returned.walletMinor,
      returning_card_minor: returned.cardMinor,
      refunded_minor: returned.walletMinor + returned.cardMinor,
    };
    const who = {
      merchant_id: member.merchantId,
      member_id: member.id,
      email: member.email,
      origin: outcome === 'imported' ? 'import' : 'checkout',
      checkout_id: checkoutId,
    };
    stores.add('orders', 'orders', {
      id,
      created_at: storyAt,
      number: sale.number,
      ...who,
      status: sale.status,
      ...amounts,
      ...tenders,
      ...back,
      placed_at: storyAt,
      settled_at: storyAt,
    });
    for (const [index, { id: line_id, variant, quantity, discountMinor, totalMinor: total }] of lines.entries()) {
      const item = {
        variant_id: variant.id,
        product_id: variant.productId,
        sku: variant.sku,
        title: variant.sku,
        quantity,
        unit_price_minor: variant.priceMinor,
      };
      const price = {
        list_minor: variant.priceMinor * quantity,
        discount_minor: discountMinor,
        coupon_minor: discountMinor,
        tax_rate_bps: 0,
        tax_included: true,
        tax_minor: 0,
        total_minor: total,
      };
      stores.add('orders', 'order_items', {
        order_id: id,
        created_at: storyAt,
        line_id,
        line_no: index + 1,
        ...item,
        ...price,
      });
    }
    const steps = outcome === 'declined' ? ['declined'] : outcome === 'reserving' ? [] : ['authorised', 'captured'];
    if (paymentId)
      this.shop.payment({
        id: paymentId,
        purpose: 'order',
        subjectId: checkoutId,
        member,
        orderId: id,
        amountMinor: cardMinor,
        states: steps,
        refundedMinor: returned.cardMinor,
      });
  }
}
