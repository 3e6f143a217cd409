import { newId } from '@florin/kernel';
import { type House, storyAt } from './house';
import { accounts, currency, type Member } from './things';

export interface Card {
  id: string;
  account: string;
}

/** What else members hold and what staff said about it, for those who spoil it. */
export interface Held {
  card: Card;
  creditId: string;
  campaignId: string;
  redemptionId: string;
  quoteId: string;
}

const dollars = 'USD';
const before = (hours: number): Date => new Date(storyAt.getTime() - hours * 3_600_000);

/** Gift cards, store credit, vouchers, exchanged money, limits and a freeze that is over. */
export class Values {
  constructor(private readonly house: House) {}

  /** A card of the member, from which orders can be paid. */
  card(member: Member, amountMinor: number): Card {
    const { stores } = this.house;
    const [id, batchId] = [newId(), newId()];
    const { merchantId: merchant_id, id: owner_id } = member;
    const account = `merchant:${merchant_id}:gift-card:${id}:${currency}`;
    const issue = { merchant_id, currency, amount_minor: amountMinor };
    stores.add('wallet', 'gift_card_batches', {
      ...{ id: batchId, ...issue, cards: 1 },
      ...{ reason: 'Sold', issued_by: 'ann', issued_at: storyAt },
    });
    stores.add('wallet', 'gift_cards', {
      ...{ id, batch_id: batchId, ...issue, code_hash: id, last4: 'ABCD', state: 'active' },
      ...{ expires_at: new Date(Date.now() + 1e9), owner_id, claimed_at: storyAt, created_at: storyAt },
    });
    this.step(id, 'issued', amountMinor, `gift-card:${id}`);
    const issued = `merchant:${merchant_id}:gift-cards-issued:${currency}`;
    this.move(`gift-card:${id}`, 'gift_card_issued', [issued, account], amountMinor);
    return { id, account };
  }

  tell(ada: Member, card: Card): Held {
    this.rules(ada);
    return { card, creditId: this.credit(ada), ...this.voucher(ada), quoteId: this.exchange(ada) };
  }

  private credit({ id: member_id, merchantId: merchant_id }: Member): string {
    const id = newId();
    const account = `merchant:${merchant_id}:store-credit:${id}:${currency}`;
    const cost = `merchant:${merchant_id}:store-credit-cost:${currency}`;
    this.house.stores.add('wallet', 'store_credits', {
      ...{ id, merchant_id, member_id, currency, amount_minor: 70, source: 'grant', state: 'active' },
      ...{ reason: 'Sorry', granted_by: 'ann', created_at: storyAt },
    });
    this.step(id, 'issued', 70, `store-credit:${id}`);
    this.move(`store-credit:${id}`, 'store_credit_granted', [cost, account], 70);
    return id;
  }

  private voucher(member: Member): { campaignId: string; redemptionId: string } {
    const { stores } = this.house;
    const [campaignId, codeId, redemptionId] = [newId(), newId(), newId()];
    const { id: member_id, merchantId: merchant_id } = member;
    stores.add('wallet', 'voucher_campaigns', {
      ...{ id: campaignId, merchant_id, name: 'Welcome', currency, amount_minor: 25 },
      ...{ max_uses: 10, max_uses_per_member: 1, budget_minor: 250, valid_from: storyAt, uses: 1, spent_minor: 25 },
      ...{ active: true, version: 1, created_by: 'ann', created_at: storyAt },
    });
    stores.add('wallet', 'voucher_codes', {
      ...{ id: codeId, campaign_id: campaignId, merchant_id, code_hash: codeId, max_uses: 1, uses: 1 },
    });
    stores.add('wallet', 'voucher_members', { campaign_id: campaignId, member_id, uses: 1, max_uses: 1 });
    stores.add('wallet', 'voucher_redemptions', {
      ...{ id: redemptionId, campaign_id: campaignId, code_id: codeId, merchant_id, member_id },
      ...{ currency, amount_minor: 25, redeemed_at: storyAt },
    });
    const cost = `merchant:${merchant_id}:voucher-cost:${currency}`;
    this.move(`voucher:${redemptionId}`, 'voucher_topup', [cost, accounts.wallet(member)], 25);
    return { campaignId, redemptionId };
  }

  /** 1.00 EUR at 1.08, less one per cent: 1.0692, half to even 1.07 USD. */
  private exchange(member: Member): string {
    const { stores } = this.house;
    const [rateId, id] = [newId(), newId()];
    const { id: member_id, merchantId: merchant_id } = member;
    stores.add('wallet', 'exchange_rates', {
      ...{ id: rateId, merchant_id, base: currency, quote: dollars, rate: '1.08', source: 'ECB' },
      ...{ valid_from: before(2), added_by: 'ann', added_at: before(2) },
    });
    stores.add('wallet', 'exchange_quotes', {
      ...{ id, merchant_id, member_id, from_currency: currency, to_currency: dollars, from_minor: 100, to_minor: 107 },
      ...{ rate_id: rateId, inverted: false, spread_bps: 100, created_at: storyAt, expires_at: storyAt },
      ...{ used_for: 'conversion', used_at: storyAt },
    });
    const position = (of: string) => `merchant:${merchant_id}:exchange-position:${of}`;
    const theirs = accounts.wallet(member).replace(/EUR$/, dollars);
    stores.account('wallet', position(currency), currency, true);
    stores.account('wallet', position(dollars), dollars, true);
    stores.account('wallet', theirs, dollars);
    stores.post('wallet', `exchange:${id}`, 'exchange', `exchange:${id}`, [
      [accounts.wallet(member), -100],
      [position(currency), 100],
      [position(dollars), -107],
      [theirs, 107],
    ]);
    return id;
  }

  /** One movement that counts, one that was given back, and a freeze from before anything happened. */
  private rules({ id: member_id, merchantId: merchant_id }: Member): void {
    const { stores } = this.house;
    const of = { merchant_id, member_id, currency, operation: 'spend' };
    const [day, month] = ['day:2026-11-21', 'month:2026-11'];
    for (const returned_at of [null, storyAt])
      stores.add('wallet', 'wallet_limit_uses', {
        ...{ key: newId(), ...of, amount_minor: 333, day, month, on_its_way: false, taken_at: storyAt, returned_at },
      });
    for (const period of [day, month])
      stores.add('wallet', 'wallet_limit_counters', { ...of, period, used_minor: 333, limit_minor: 1_000 });
    stores.add('wallet', 'wallet_freezes', {
      ...{ id: newId(), merchant_id, member_id, scope: 'all', reason: 'Lost', frozen_by: 'ann', frozen_at: before(3) },
      ...{ lifted_by: 'ann', lift_reason: 'Found', lifted_at: before(2) },
    });
  }

  private step(subject_id: string, step: string, amount_minor: number, journal_key: string): void {
    const who = { done_by: 'ann', happened_at: storyAt };
    this.house.stores.add('wallet', 'stored_value_steps', {
      ...{ id: newId(), subject_id, step, amount_minor, journal_key, ...who },
    });
  }

  private move(key: string, kind: string, [from, to]: [string, string], amountMinor: number): void {
    const { stores } = this.house;
    stores.account('wallet', from, currency, true);
    if (!to.startsWith('member:')) stores.account('wallet', to, currency);
    stores.post('wallet', key, kind, key, [
      [from, -amountMinor],
      [to, amountMinor],
    ]);
  }
}
