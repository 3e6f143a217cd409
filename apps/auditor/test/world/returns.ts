import {
  orderRefunded,
  refundCompleted,
  refundIssue,
  stockRestock,
  stockRestocked,
  type Tender,
} from '@florin/contracts';
import { derivedId, newId } from '@florin/kernel';
import { type House, storyAt } from './house';
import type { Points } from './points';
import type { Endings } from './endings';
import type { Post } from './post';
import type { Shop } from './shop';
import { captureOf } from './till';
import { accounts, currency, type OrderLine, type Sale } from './things';

export interface Return {
  refundId: string;
  lines: { line: OrderLine; quantity: number; totalMinor: number }[];
}

/** Refunds: of some units by the staff, or of a whole sale that came to nothing. */
export class Returns {
  private readonly back = new Map<string, { sale: Sale; line: OrderLine; quantity: number; totalMinor: number }>();
  private readonly restocked = new Map<string, { checkoutId: string; quantity: number }>();

  constructor(
    private readonly house: House,
    private readonly shop: Shop,
    private readonly post: Post,
    private readonly endings: Endings,
    private readonly points: Points,
  ) {}

  /** Takes units of lines back; the money goes to the tenders as given. */
  take(sale: Sale, wanted: { line: OrderLine; quantity: number }[], walletMinor: number, restock: boolean): Return {
    const refundId = newId();
    const lines = wanted.map(({ line, quantity }) => {
      const key = line.id;
      const before = this.back.get(key) ?? { sale, line, quantity: 0, totalMinor: 0 };
      const totalMinor =
        Math.floor((line.totalMinor * (before.quantity + quantity)) / line.quantity) - before.totalMinor;
      this.back.set(key, {
        sale,
        line,
        quantity: before.quantity + quantity,
        totalMinor: before.totalMinor + totalMinor,
      });
      return { line, quantity, totalMinor };
    });
    const totalMinor = lines.reduce((sum, line) => sum + line.totalMinor, 0);
    this.pay(sale, refundId, { purpose: 'return', walletMinor, cardMinor: totalMinor - walletMinor, restock });
    for (const { line, quantity, totalMinor: total } of lines) {
      this.house.stores.add('orders', 'refund_lines', {
        refund_id: refundId,
        line_id: line.id,
        variant_id: line.variant.id,
        quantity,
        total_minor: total,
        tax_minor: 0,
      });
    }
    const { id: orderId, checkoutId, number, member } = sale;
    const { merchantId, id: memberId, email } = member;
    const tenders = { totalMinor, walletMinor, cardMinor: totalMinor - walletMinor };
    const told = lines.map(({ line, quantity, totalMinor: total }) => ({
      lineId: line.id,
      variantId: line.variant.id,
      quantity,
      totalMinor: total,
      taxMinor: 0,
    }));
    this.house.say('orders', orderRefunded, orderId, {
      refundId,
      orderId,
      checkoutId,
      number,
      merchantId,
      memberId,
      email,
      currency,
      ...tenders,
      lines: told,
      refundedAt: storyAt.toISOString(),
    });
    this.house.countRevenue(merchantId, currency, { refunds: 1, refunds_minor: totalMinor });
    this.post.mail({
      userId: memberId,
      merchantId,
      recipient: email,
      template: 'order_refunded',
      intent: `order_refunded:${refundId}`,
    });
    sale.status =
      sale.returned.walletMinor + sale.returned.cardMinor >= sale.totalMinor ? 'refunded' : 'partially_refunded';
    this.endings.step(sale, sale.status);
    if (restock) this.restock(sale, refundId, lines);
    this.points.clawBack(sale, refundId, lines);
    return { refundId, lines };
  }

  /** All the money of a checkout that failed after it was taken. */
  undo(sale: Sale): string {
    const refundId = derivedId(sale.checkoutId, 'undo');
    this.pay(sale, refundId, {
      purpose: 'undo',
      walletMinor: sale.walletMinor,
      cardMinor: sale.cardMinor,
      restock: false,
    });
    return refundId;
  }

  close(): void {
    const { stores } = this.house;
    for (const { sale, line, quantity, totalMinor } of this.back.values()) {
      const sold = { sold_quantity: line.quantity, sold_total_minor: line.totalMinor, sold_tax_minor: 0 };
      stores.add('orders', 'order_returns', {
        order_id: sale.id,
        line_id: line.id,
        ...sold,
        quantity,
        total_minor: totalMinor,
        tax_minor: 0,
      });
    }
  }

  /** Units of a line that are back on the shelf. */
  restockedOf(lineId: string): number {
    return this.restocked.get(lineId)?.quantity ?? 0;
  }

  private pay(
    sale: Sale,
    refundId: string,
    how: { purpose: string; walletMinor: number; cardMinor: number; restock: boolean },
  ): void {
    const { stores } = this.house;
    const { id: orderId, checkoutId, member, paymentId } = sale;
    const { purpose, walletMinor, cardMinor, restock } = how;
    const { merchantId, id: memberId } = member;
    sale.returned.walletMinor += walletMinor;
    sale.returned.cardMinor += cardMinor;
    const who = { order_id: orderId, checkout_id: checkoutId, merchant_id: merchantId, member_id: memberId, currency };
    const amounts = {
      total_minor: walletMinor + cardMinor,
      tax_minor: 0,
      wallet_minor: walletMinor,
      card_minor: cardMinor,
    };
    const asked = {
      purpose,
      status: 'completed',
      reason: 'broken',
      restock,
      requested_by: 'staff',
      requested_at: storyAt,
      settled_at: storyAt,
    };
    stores.add('orders', 'refunds', { id: refundId, ...who, ...amounts, ...asked });
    this.house.say('orders', refundIssue, refundId, {
      refundId,
      orderId,
      checkoutId,
      merchantId,
      memberId,
      currency,
      walletMinor,
      cardMinor,
      reason: 'broken',
    });
    const charge = {
      payment_id: cardMinor > 0 ? paymentId : null,
      capture_id: cardMinor > 0 && paymentId ? captureOf(paymentId) : null,
      reason: 'broken',
      state: 'completed',
      created_at: storyAt,
      settled_at: storyAt,
    };
    stores.add('wallet', 'payment_refunds', {
      id: refundId,
      ...who,
      wallet_minor: walletMinor,
      card_minor: cardMinor,
      ...charge,
    });
    this.book(sale, refundId, walletMinor, cardMinor);
  }

  /** What the wallet wrote and said once the money was back. */
  private book(
    { id: orderId, checkoutId, member, paymentId }: Sale,
    refundId: string,
    walletMinor: number,
    cardMinor: number,
  ): void {
    const { stores } = this.house;
    const { merchantId } = member;
    const postings: [string, number][] = [
      [accounts.sales(merchantId), -walletMinor - cardMinor],
      [accounts.wallet(member), walletMinor],
      [accounts.clearing(merchantId), cardMinor],
    ];
    stores.post('wallet', `refund:${refundId}`, 'refund', `order:${orderId}`, postings);
    const tenders: Tender[] = [];
    if (walletMinor > 0) tenders.push({ tender: 'wallet', paymentId: checkoutId, amountMinor: walletMinor });
    if (cardMinor > 0 && paymentId) tenders.push({ tender: 'card', paymentId, amountMinor: cardMinor });
    this.house.say('wallet', refundCompleted, refundId, {
      refundId,
      orderId,
      checkoutId,
      merchantId,
      currency,
      tenders,
    });
    this.house.countRevenue(merchantId, currency, {
      refunded_wallet_minor: walletMinor,
      refunded_card_minor: cardMinor,
    });
  }

  private restock({ checkoutId, member }: Sale, refundId: string, lines: Return['lines']): void {
    const told = lines.map(({ line, quantity }) => ({ lineId: line.id, variantId: line.variant.id, quantity }));
    this.house.say('orders', stockRestock, checkoutId, {
      refundId,
      checkoutId,
      merchantId: member.merchantId,
      lines: told,
    });
    for (const { line, quantity } of lines) {
      this.shop.move(line.variant.id, 'restock', refundId, { available: quantity, sold: -quantity });
      this.restocked.set(line.id, { checkoutId, quantity: this.restockedOf(line.id) + quantity });
    }
    this.house.say('catalog', stockRestocked, checkoutId, { refundId, checkoutId });
  }
}
