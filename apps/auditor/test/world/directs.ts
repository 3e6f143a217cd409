import { paymentChanged } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { checked } from './fraud';
import { type House, storyAt } from './house';
import { accounts, currency, type Member } from './things';

/** A payment that staff made for a member. */
export interface Direct {
  id: string;
  first: string;
  second: string;
  refundId: string;
}

const amount = { authorised: 1_000, first: 300, second: 450, refunded: 100 };
const taken = amount.first + amount.second;

/** One that was taken in two parts, given back in part and settled by two lines of a statement. */
export function payDirectly(house: House, member: Member): Direct {
  const { stores } = house;
  const direct: Direct = { id: newId(), first: newId(), second: newId(), refundId: newId() };
  const { id } = direct;
  const who = { merchant_id: member.merchantId, member_id: member.id };
  stores.add('wallet', 'payment_transactions', {
    ...{ id, purpose: 'direct', subject_id: id, ...who, currency, amount_minor: amount.authorised },
    ...{ captured_minor: taken, refunded_minor: amount.refunded, settled_minor: taken, fee_minor: 20 },
    ...{ processor: 'paypal', card_token: 'tok_visa', state: 'settled', wants: 'authorised', created_at: storyAt },
  });
  checked(house, {
    paymentId: id,
    ...{ merchantId: member.merchantId, memberId: member.id, orderId: null },
    ...{ purpose: 'direct', amountMinor: amount.authorised, isReviewed: false },
  });
  part(house, member, direct, { id: direct.first, amountMinor: amount.first, refundedMinor: amount.refunded });
  part(house, member, direct, { id: direct.second, amountMinor: amount.second, refundedMinor: 0 });
  giveBack(house, member, direct);
  const steps: [string, string, string, number, number][] = [
    ['requested', 'unknown', 'silence', 0, 0],
    ['unknown', 'authorised', 'query', 0, 0],
    ['authorised', 'partially_captured', 'answer', 0, amount.first],
    ['partially_captured', 'captured', 'webhook', amount.first, taken],
    ['captured', 'settled', 'settlement', taken, taken],
  ];
  for (const [from_state, to_state, learned_from, amount_before_minor, amount_after_minor] of steps)
    stores.add('wallet', 'payment_steps', {
      ...{ id: newId(), payment_id: id, from_state, to_state, learned_from, amount_before_minor, amount_after_minor },
      ...{ actor: 'paypal', happened_at: storyAt },
    });
  house.say('wallet', paymentChanged, id, {
    ...{ paymentId: id, purpose: 'direct', merchantId: member.merchantId, memberId: member.id, processor: 'paypal' },
    ...{ currency, amountMinor: amount.authorised, capturedMinor: taken, refundedMinor: amount.refunded },
    state: 'settled',
  });
  return direct;
}

function part(
  { stores }: House,
  { merchantId }: Member,
  direct: Direct,
  { id, amountMinor, refundedMinor }: { id: string; amountMinor: number; refundedMinor: number },
): void {
  stores.add('wallet', 'payment_captures', {
    ...{
      id,
      payment_id: direct.id,
      amount_minor: amountMinor,
      refunded_minor: refundedMinor,
      final: id === direct.second,
    },
    ...{ state: 'captured', created_at: storyAt, settled_at: storyAt },
  });
  stores.add('wallet', 'payment_settlements', {
    ...{ merchant_id: merchantId, reference: `line:${id}`, payment_id: direct.id, amount_minor: amountMinor },
    ...{ fee_minor: 10, settled_at: storyAt },
  });
  stores.post('wallet', `payment-capture:${id}`, 'card_payment', `payment:${direct.id}`, [
    [accounts.clearing(merchantId), -amountMinor],
    [accounts.sales(merchantId), amountMinor],
  ]);
}

function giveBack({ stores }: House, { id: member_id, merchantId }: Member, { id, first, refundId }: Direct): void {
  stores.add('wallet', 'payment_refunds', {
    ...{ id: refundId, merchant_id: merchantId, member_id, payment_id: id, capture_id: first, currency },
    ...{ wallet_minor: 0, card_minor: amount.refunded, reason: 'broken', state: 'completed' },
    ...{ created_at: storyAt, settled_at: storyAt },
  });
  for (const [from_state, to_state, learned_from] of [
    ['requested', 'requested', 'request'],
    ['requested', 'completed', 'answer'],
  ])
    stores.add('wallet', 'payment_steps', {
      ...{ id: newId(), payment_id: id, refund_id: refundId, from_state, to_state, learned_from },
      ...{ actor: 'paypal', happened_at: storyAt },
    });
  stores.post('wallet', `refund:${refundId}`, 'refund', `payment:${id}`, [
    [accounts.sales(merchantId), -amount.refunded],
    [accounts.clearing(merchantId), amount.refunded],
  ]);
}
