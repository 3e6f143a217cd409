import { topupCompleted } from '@florin/contracts';
import { derivedId, newId } from '@florin/kernel';
import { checked } from './fraud';
import { type House, storyAt } from './house';
import { accounts, currency, type Member } from './things';

/** Charges to cards, and the top-ups they are for. */
export class Till {
  constructor(private readonly house: House) {}

  /** Money by card into a wallet. */
  topup(member: Member, amountMinor: number, states = ['authorised', 'captured']): { paymentId: string } {
    const { stores } = this.house;
    const [id, paymentId] = [newId(), newId()];
    const { id: member_id, merchantId: merchant_id } = member;
    this.payment({
      id: paymentId,
      purpose: 'topup',
      subjectId: id,
      member,
      orderId: null,
      amountMinor,
      states,
    });
    stores.add('wallet', 'wallet_topups', {
      id,
      payment_id: paymentId,
      merchant_id,
      member_id,
      currency,
      amount_minor: amountMinor,
      state: 'completed',
      created_at: storyAt,
      settled_at: storyAt,
    });
    stores.post('wallet', `topup:${id}`, 'topup', `topup:${id}`, [
      [accounts.clearing(merchant_id), -amountMinor],
      [accounts.wallet({ id: member_id, merchantId: merchant_id }), amountMinor],
    ]);
    this.house.say('wallet', topupCompleted, id, {
      topupId: id,
      memberId: member_id,
      merchantId: merchant_id,
      amountMinor,
      currency,
    });
    return { paymentId };
  }

  /** A charge to a card that went through these states. */
  payment(charge: {
    id: string;
    purpose: string;
    subjectId: string;
    member: Member;
    orderId: string | null;
    amountMinor: number;
    states: string[];
    refundedMinor?: number;
  }): void {
    const { stores } = this.house;
    const { id, purpose, subjectId, member, orderId, amountMinor, states, refundedMinor = 0 } = charge;
    const state = states.at(-1) ?? 'requested';
    const who = { merchant_id: member.merchantId, member_id: member.id, order_id: orderId };
    const capturedMinor = state === 'captured' || state === 'settled' ? amountMinor : 0;
    const money = {
      currency,
      amount_minor: amountMinor,
      captured_minor: capturedMinor,
      refunded_minor: refundedMinor,
      settled_minor: state === 'settled' ? amountMinor : 0,
    };
    const card = {
      processor: 'sandbox',
      card_token: 'tok_visa',
      state,
      action: null,
      wants: 'captured',
      created_at: storyAt,
      updated_at: storyAt,
      asked_at: storyAt,
    };
    stores.add('wallet', 'payment_transactions', { id, purpose, subject_id: subjectId, ...who, ...money, ...card });
    if (capturedMinor > 0) this.capture(id, captureOf(id), capturedMinor, refundedMinor);
    checked(this.house, {
      paymentId: id,
      merchantId: member.merchantId,
      memberId: member.id,
      orderId,
      purpose,
      amountMinor,
      // Nobody was asked for it yet: it waits for a reviewer.
      isReviewed: states.length === 0,
    });
    states.forEach((to, index) =>
      stores.add('wallet', 'payment_steps', {
        id: newId(),
        payment_id: id,
        from_state: states[index - 1] ?? 'requested',
        to_state: to,
        learned_from: to === 'settled' ? 'settlement' : 'answer',
        happened_at: storyAt,
      }),
    );
  }

  /** A part of a charge that was taken. */
  capture(paymentId: string, id: string, amountMinor: number, refundedMinor: number): void {
    this.house.stores.add('wallet', 'payment_captures', {
      ...{ id, payment_id: paymentId, amount_minor: amountMinor, refunded_minor: refundedMinor },
      ...{ final: true, state: 'captured', created_at: storyAt, settled_at: storyAt },
    });
  }
}

/** The one part in which a checkout or top-up was taken. */
export const captureOf = (paymentId: string): string => derivedId(paymentId, 'capture');
