import { orderPlaced, paymentReserve, stockReserve } from '@florin/contracts';
import { newId } from '@florin/kernel';
import type { Endings } from './endings';
import { beginning, type House, storyAt } from './house';
import type { Keepers } from './keepers';
import type { Till } from './till';
import { type Coupon, currency, type Outcome, type Sale, type Wish } from './things';

const states = {
  completed: { status: 'completed', checkout: 'completed', stock: 'confirmed', payment: 'confirmed' },
  declined: { status: 'cancelled', checkout: 'cancelled', stock: 'released', payment: 'released' },
  undone: { status: 'cancelled', checkout: 'cancelled', stock: 'released', payment: 'given_back' },
  reserving: { status: 'pending', checkout: 'reserving', stock: 'held', payment: 'asked' },
} as const;

/** Orders and their checkouts. */
export class Sales {
  readonly all: Sale[] = [];
  private readonly uses = new Map<string, number>();
  private numbers = 100_000;

  constructor(
    private readonly house: House,
    private readonly till: Till,
    private readonly keepers: Keepers,
    private readonly endings: Endings,
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

  buy({ member, lines: wanted, walletMinor = 0, coupon, giftCard, outcome = 'completed' }: Wish): Sale {
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
      giftCard,
      returned: { walletMinor: 0, cardMinor: 0 },
      status: 'completed',
    };
    this.all.push(sale);
    if (outcome !== 'imported') this.checkOut(sale, outcome);
    if (outcome === 'completed' || outcome === 'imported') this.endings.complete(sale);
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
    const { id: orderId, checkoutId, member, totalMinor } = sale;
    const { status, checkout, stock, payment } = states[outcome];
    sale.status = status;
    const made = { created_at: storyAt, updated_at: storyAt, deadline_at: new Date(storyAt.getTime() + 3 * 3_600_000) };
    const parts = { state: checkout, stock, payment: totalMinor === 0 ? 'not_needed' : payment };
    this.house.stores.add('orders', 'checkouts', {
      id: checkoutId,
      order_id: orderId,
      cart_id: newId(),
      merchant_id: member.merchantId,
      coupon_id: sale.coupon?.id ?? null,
      ...parts,
      ...made,
    });
    this.endings.step(sale, 'pending');
    this.announce(sale);
    this.useCoupon(sale, status);
    this.keepers.holdStock(sale, outcome);
    if (totalMinor > 0) this.keepers.takeMoney(sale, outcome);
    if (status === 'cancelled') this.endings.cancel(sale);
  }

  private announce(sale: Sale): void {
    const { id: orderId, checkoutId, member, lines, totalMinor, walletMinor, cardMinor, number } = sale;
    const { merchantId, id: memberId, email } = member;
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

  private writeOrder(sale: Sale): void {
    const { id, member, lines, totalMinor, walletMinor, cardMinor, outcome, returned, paymentId, checkoutId } = sale;
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
    this.house.stores.add('orders', 'orders', {
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
    this.writeItems(sale);
    const steps = outcome === 'declined' ? ['declined'] : outcome === 'reserving' ? [] : ['authorised', 'captured'];
    if (paymentId)
      this.till.payment({
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

  private writeItems({ id, lines }: Sale): void {
    const { stores } = this.house;
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
  }
}
