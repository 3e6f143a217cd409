import type { Caller } from '@florin/access';
import { Reads } from '@florin/database';
import { decodeCursor, page, type Page, type PageQuery } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { merchantPartner, type Partner } from './partners';
import type { InvoiceDto, PrefundingDto, SettlementDto, SettlementHeadDto, TransferDto } from './settlement.dto';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

const heads = 'id, period, currency, issued_at';
const isParty = '($2::text IS NULL OR $2 IN (debtor, creditor))';

/** A settlement as a partner sees it, or all of it where the partner is null. */
export async function settlementOf(source: Queries, id: string, partner: Partner | null): Promise<SettlementDto> {
  const [head] = await source.query<SettlementHeadDto>(`SELECT ${heads} FROM settlements WHERE id = $1`, [id]);
  const invoices = await source.query<InvoiceDto>(
    `SELECT id, number, creditor, debtor, currency, total_minor, issued_at,
       (SELECT json_agg(json_build_object('program_id', program_id, 'redemptions', redemptions, 'points', points, 'amount_minor', amount_minor) ORDER BY line)
        FROM settlement_invoice_lines WHERE invoice_id = invoice.id) AS lines
     FROM settlement_invoices invoice WHERE settlement_id = $1 AND ${isParty} ORDER BY creditor, number`,
    [id, partner],
  );
  const transfers = await source.query<TransferDto>(
    `SELECT id, debtor, creditor, currency, amount_minor, state, reference, paid_at FROM settlement_transfers
     WHERE settlement_id = $1 AND ${isParty} ORDER BY amount_minor DESC, id`,
    [id, partner],
  );
  if (!head || (partner !== null && invoices.length === 0)) throw settlementNotFound();
  const net = transfers.reduce((sum, each) => sum + (each.creditor === partner ? 1 : -1) * each.amount_minor, 0);
  return { ...head, net_minor: partner === null ? null : net, invoices, transfers };
}

/** Settlements and prefunding of the merchant in force. Whoever sees every merchant and has chosen none sees all of it. */
@Injectable()
export class SettlementQueries {
  constructor(private readonly reads: Reads) {}

  /** The latest month first. */
  async list(caller: Caller, query: PageQuery): Promise<Page<SettlementHeadDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.reads.query<SettlementHeadDto>(
      `SELECT ${heads} FROM settlements settlement WHERE ($1::uuid IS NULL OR id < $1)
         AND ($2::text IS NULL OR EXISTS (SELECT 1 FROM settlement_invoices WHERE settlement_id = settlement.id AND $2 IN (debtor, creditor)))
       ORDER BY id DESC LIMIT $3`,
      [after?.id ?? null, partnerOf(caller), query.limit + 1],
    );
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  one(caller: Caller, id: string): Promise<SettlementDto> {
    return settlementOf(this.reads, id, partnerOf(caller));
  }

  prefunding({ merchantId }: Caller): Promise<PrefundingDto[]> {
    return this.reads.query<PrefundingDto>(
      `SELECT currency, balance_minor, committed_minor, balance_minor - committed_minor AS remaining_minor, enforced, version
       FROM prefunding WHERE merchant_id = $1 ORDER BY currency`,
      [merchantId],
    );
  }
}

function partnerOf(caller: Caller): Partner | null {
  if (caller.merchants === '*' && caller.merchantInForce === undefined) return null;
  return merchantPartner(caller.merchantId);
}

export function settlementNotFound(): Refusal {
  return new Refusal('not_found', 'settlement_not_found', 'There is no such settlement.');
}
