import { Reads } from '@florin/database';
import { decodeCursor, page, type PageQuery } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { giftCardAccount, pendingCashbackAccount, storeCreditAccount, walletAccount } from '../accounts/money-accounts';
import type { StateDiffDto, WalletStateDto } from './history.dto';
import { HistoryRepository, type StoredValueRow } from './history.repository';
import type { Moment } from './moment';

/** The accounts of a member's money at a merchant. */
interface Purse {
  currencies: string[];
  storedValue: (StoredValueRow & { code: string })[];
  codes: string[];
}

/** A member's money at any moment, on two axes: what counted by then, and what was known by then. */
@Injectable()
export class HistoryQueries {
  constructor(
    private readonly reads: Reads,
    private readonly ledger: Ledger,
    private readonly history: HistoryRepository,
  ) {}

  /** Refuses with 404 `member_not_found` who never had money here. */
  async state(merchantId: string, memberId: string, moment: Moment): Promise<WalletStateDto> {
    const { asOf, knownAt } = moment;
    if (!(await this.history.isKnown(this.reads, merchantId, memberId)))
      throw new Refusal('not_found', 'member_not_found', 'There is no such member.');
    const horizon = earlier(asOf, knownAt);
    const purse = await this.purse(merchantId, memberId, knownAt);
    const [balances, holds, freeze] = await Promise.all([
      this.ledger.balancesAt(this.reads, purse.codes, { effectiveAt: asOf, knownAt }),
      this.history.holds(this.reads, purse.codes, horizon),
      this.history.freeze(this.reads, merchantId, memberId, horizon),
    ]);
    const byCode = new Map(balances.map((balance) => [balance.code, balance]));
    return {
      member_id: memberId,
      as_of: asOf,
      known_at: knownAt,
      balances: purse.currencies.map((currency) => {
        const wallet = byCode.get(walletAccount({ merchantId, memberId, currency }));
        const pending = byCode.get(pendingCashbackAccount({ merchantId, memberId, currency }));
        return {
          currency,
          posted_minor: wallet?.posted ?? 0,
          held_minor: wallet?.held ?? 0,
          available_minor: wallet?.available ?? 0,
          cashback_pending_minor: pending?.posted ?? 0,
        };
      }),
      holds,
      stored_value: purse.storedValue
        .filter(({ since }) => since <= horizon)
        .map(({ id, what, currency, expiresAt, code }) => ({
          id,
          what,
          currency,
          balance_minor: byCode.get(code)?.posted ?? 0,
          held_minor: byCode.get(code)?.held ?? 0,
          expires_at: expiresAt,
        })),
      freeze,
    };
  }

  /** The state at two moments, and a page of the journals that explain the difference. */
  async diff(merchantId: string, memberId: string, from: Moment, to: Moment, query: PageQuery): Promise<StateDiffDto> {
    const after = decodeCursor(query.cursor, { at: 'time', account: 'text', seq: 'number' });
    const purse = await this.purse(merchantId, memberId, from.knownAt > to.knownAt ? from.knownAt : to.knownAt);
    const rows = await this.history.events(this.reads, purse.codes, from, to, after, query.limit + 1);
    const events = page(rows, query.limit, ({ recorded_at, account, seq }) => ({ at: recorded_at, account, seq }));
    return {
      from: await this.state(merchantId, memberId, from),
      to: await this.state(merchantId, memberId, to),
      events: events.data.map(({ seq: _, ...event }) => event),
      next_cursor: events.next_cursor,
    };
  }

  private async purse(merchantId: string, memberId: string, knownAt: Date): Promise<Purse> {
    const [currencies, rows] = await Promise.all([
      this.history.currencies(this.reads, merchantId, memberId, knownAt),
      this.history.storedValue(this.reads, merchantId, memberId, knownAt),
    ]);
    const storedValue = rows.map((row) => ({
      ...row,
      code: (row.what === 'gift_card' ? giftCardAccount : storeCreditAccount)({ ...row, merchantId }),
    }));
    const codes = currencies.flatMap((currency) => [
      walletAccount({ merchantId, memberId, currency }),
      pendingCashbackAccount({ merchantId, memberId, currency }),
    ]);
    return { currencies, storedValue, codes: [...codes, ...storedValue.map(({ code }) => code)] };
  }
}

const earlier = (one: Date, other: Date): Date => (one < other ? one : other);
