import { cashbackAccrued, cashbackChanged, cashbackReversed } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { type House, storyAt } from './house';
import { accounts, currency, type Member } from './things';

interface Granted {
  id: string;
  member: Member;
  totalMinor: number;
  amountMinor: number;
  refundedMinor: number;
  reversedMinor: number;
}

/** A share of whole points or cents, half up. */
export const halfUp = (amount: number, part: number, whole: number): number =>
  Math.floor((2 * amount * part + whole) / (2 * whole));

/** Cashback of orders: granted by loyalty, kept by the wallet. */
export class Cashback {
  private readonly granted = new Map<string, Granted>();

  constructor(private readonly house: House) {}

  accrue(orderId: string, member: Member, totalMinor: number): void {
    const amountMinor = Math.floor((totalMinor * 500) / 10_000);
    if (amountMinor === 0) return;
    const id = newId();
    this.granted.set(orderId, { id, member, totalMinor, amountMinor, refundedMinor: 0, reversedMinor: 0 });
    const who = { cashbackId: id, orderId, memberId: member.id, merchantId: member.merchantId, amountMinor, currency };
    this.house.say('loyalty', cashbackAccrued, id, { ...who, payableAt: storyAt.toISOString() });
    this.house.stores.post('wallet', `cashback:${id}`, 'cashback_accrued', `order:${orderId}`, [
      [accounts.cashbackCost(member.merchantId), -amountMinor],
      [accounts.pending(member), amountMinor],
    ]);
    this.house.say('wallet', cashbackChanged, id, { ...who, state: 'pending' });
  }

  reverse(orderId: string, member: Member, refundId: string, refundedMinor: number): void {
    const cashback = this.granted.get(orderId);
    if (!cashback) return;
    cashback.refundedMinor += refundedMinor;
    const reversedMinor = halfUp(cashback.amountMinor, cashback.refundedMinor, cashback.totalMinor);
    const amountMinor = reversedMinor - cashback.reversedMinor;
    cashback.reversedMinor = reversedMinor;
    if (amountMinor === 0) return;
    const who = { cashbackId: cashback.id, orderId, memberId: member.id, merchantId: member.merchantId, currency };
    this.house.say('loyalty', cashbackReversed, cashback.id, { ...who, refundId, amountMinor });
    const postings: [string, number][] = [
      [accounts.pending(member), -amountMinor],
      [accounts.cashbackCost(member.merchantId), amountMinor],
    ];
    this.house.stores.post(
      'wallet',
      `cashback-reversed:${refundId}:${cashback.id}`,
      'cashback_reversed',
      `order:${orderId}`,
      postings,
    );
    this.house.say('wallet', cashbackChanged, cashback.id, {
      ...who,
      amountMinor: cashback.amountMinor - reversedMinor,
      state: 'pending',
    });
  }

  /** Writes cashback as it stands in the end. */
  close(): void {
    const later = new Date(storyAt.getTime() + 30 * 24 * 3_600_000);
    for (const [order_id, { id, member, totalMinor, amountMinor, refundedMinor, reversedMinor }] of this.granted) {
      const who = { order_id, member_id: member.id, merchant_id: member.merchantId, currency };
      const amounts = { amount_minor: amountMinor, reversed_minor: reversedMinor, payable_at: later };
      const ofOrder = { program_id: member.programId, order_total_minor: totalMinor, refunded_minor: refundedMinor };
      const { stores } = this.house;
      stores.add('loyalty', 'loyalty_cashback', { id, ...who, ...ofOrder, ...amounts, accrued_at: storyAt });
      stores.add('wallet', 'wallet_cashback', { id, ...who, ...amounts, state: 'pending', created_at: storyAt });
      stores.add('wallet', 'wallet_cashback_steps', {
        ...{ id: newId(), cashback_id: id, from_state: 'none', to_state: 'pending' },
        ...{ done_by: 'loyalty', happened_at: storyAt },
      });
    }
  }
}
