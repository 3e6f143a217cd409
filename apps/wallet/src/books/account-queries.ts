import { Reads } from '@florin/database';
import { decodeCursor, page, type Page } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { type AccountView, Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import type {
  AccountDto,
  AccountLineDto,
  AccountsQuery,
  AccountStatementQuery,
  HoldDto,
  HoldsQuery,
  InstantQuery,
} from './account.dto';
import { MerchantAccountsRepository } from './merchant-accounts.repository';

/** The accounts of one merchant: what is on them, since when and why. */
@Injectable()
export class AccountQueries {
  constructor(
    private readonly reads: Reads,
    private readonly ledger: Ledger,
    private readonly accounts: MerchantAccountsRepository,
  ) {}

  /** In the order of their codes, archived ones only when asked for. */
  async list(merchantId: string, query: AccountsQuery): Promise<Page<AccountDto>> {
    const after = decodeCursor(query.cursor, { code: 'text' });
    const { prefix, asset, archived, label, limit } = query;
    const labels = label === undefined ? undefined : labelOf(label);
    const rows = await this.accounts.list(
      this.reads,
      merchantId,
      { prefix, asset, archived, labels },
      after?.code ?? '',
      limit + 1,
    );
    return page(rows.map(shown), limit, ({ code }) => ({ code }));
  }

  /** Balances now, or as they were at an instant, by what counted then, by what was known then, or both. */
  async one(merchantId: string, code: string, { as_of, known_at }: InstantQuery): Promise<AccountDto> {
    const account = shown(await this.found(merchantId, code));
    if (as_of === undefined && known_at === undefined) return account;
    const [then] = await this.ledger.balancesAt(this.reads, [code], {
      ...(as_of !== undefined && { effectiveAt: new Date(as_of) }),
      ...(known_at !== undefined && { knownAt: new Date(known_at) }),
    });
    return {
      ...account,
      posted_minor: then?.posted ?? 0,
      held_minor: then?.held ?? 0,
      available_minor: then?.available ?? 0,
    };
  }

  async statement(merchantId: string, code: string, query: AccountStatementQuery): Promise<Page<AccountLineDto>> {
    await this.found(merchantId, code);
    const after = decodeCursor(query.cursor, { at: 'time', seq: 'number' });
    const lines = await this.ledger.statement(this.reads, code, {
      ...(query.from !== undefined && { from: new Date(query.from) }),
      ...(query.to !== undefined && { until: new Date(query.to) }),
      ...(after && { after: { insertedAt: new Date(after.at), seq: after.seq } }),
      limit: query.limit + 1,
    });
    const rows = lines.map((line) => ({
      seq: line.seq,
      journal_id: line.journalId,
      kind: line.kind,
      reference: line.reference,
      amount_minor: line.amountMinor,
      balance_after_minor: line.balanceMinor,
      inserted_at: line.insertedAt,
      effective_at: line.effectiveAt,
    }));
    return page(rows, query.limit, ({ inserted_at, seq }) => ({ at: inserted_at, seq }));
  }

  /** Holds of the account, the latest first, also those that are over; `expired` are those that timed out. */
  async holds(merchantId: string, code: string, query: HoldsQuery): Promise<Page<HoldDto>> {
    await this.found(merchantId, code);
    const after = decodeCursor(query.cursor, { id: 'id' });
    const holds = await this.ledger.holds(
      this.reads,
      { account: code, ...(query.status && { status: query.status }), ...(after && { afterId: after.id }) },
      query.limit + 1,
    );
    const rows = holds.map((hold) => ({
      id: hold.id,
      amount_minor: hold.amountMinor,
      captured_minor: hold.capturedMinor,
      status: hold.status,
      reference: hold.reference,
      expires_at: hold.expiresAt,
      created_at: hold.createdAt,
      closed_at: hold.closedAt,
    }));
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  /** Refuses with 404 what is not the merchant's. */
  async found(merchantId: string, code: string): Promise<AccountView> {
    const account = await this.accounts.one(this.reads, merchantId, code);
    if (!account) throw accountNotFound();
    return account;
  }
}

export function accountNotFound(): Refusal {
  return new Refusal('not_found', 'account_not_found', 'There is no such account.');
}

export function shown(account: AccountView): AccountDto {
  return {
    code: account.code,
    asset: account.asset,
    allow_negative: account.allowNegative,
    posted_minor: account.posted,
    held_minor: account.held,
    available_minor: account.available,
    labels: account.labels,
    opened_at: account.openedAt,
    archived_at: account.archivedAt,
  };
}

function labelOf(text: string): Record<string, string> {
  const colon = text.indexOf(':');
  return { [text.slice(0, colon)]: text.slice(colon + 1) };
}
