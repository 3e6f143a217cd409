import { Reads } from '@florin/database';
import { decodeCursor, page, type Page } from '@florin/http';
import { present, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { BatchDetailDto, BatchDto, BatchesQuery } from './batch.dto';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

const view = `batch.id, batch.currency, batch.withdrawals, batch.total_minor, standing.paid_minor, standing.open, batch.gathered_by, batch.created_at`;
const from = `payout_batches AS batch, LATERAL (
  SELECT coalesce(sum(amount_minor - fee_minor) FILTER (WHERE state = 'paid'), 0)::bigint AS paid_minor,
         (count(*) FILTER (WHERE state IN ('held', 'submitted', 'unknown')))::integer AS open
  FROM wallet_withdrawals WHERE batch_id = batch.id) AS standing`;

/** Batches of one merchant, newest first, with where they stand. */
@Injectable()
export class BatchQueries {
  constructor(private readonly reads: Reads) {}

  async list(merchantId: string, query: BatchesQuery): Promise<Page<BatchDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.reads.query<BatchDto>(
      `SELECT ${view} FROM ${from}
       WHERE batch.merchant_id = $1 AND ($2::text IS NULL OR batch.currency = $2::text) AND ($3::uuid IS NULL OR batch.id < $3::uuid)
       ORDER BY batch.id DESC LIMIT $4`,
      [merchantId, query.currency ?? null, after?.id ?? null, query.limit + 1],
    );
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  async one(merchantId: string, id: string): Promise<BatchDetailDto> {
    const found = await this.find(this.reads, merchantId, id);
    if (!found) throw new Refusal('not_found', 'batch_not_found', 'There is no such batch.');
    return found;
  }

  /** The same for who has just gathered it. */
  async saved(source: Queries, merchantId: string, id: string): Promise<BatchDetailDto> {
    return present(await this.find(source, merchantId, id), 'a batch that was just gathered is there');
  }

  private async find(source: Queries, merchantId: string, id: string): Promise<BatchDetailDto | undefined> {
    const [found] = await source.query<BatchDetailDto>(
      `SELECT ${view},
         (SELECT json_agg(json_build_object('withdrawal_id', withdrawal.id, 'holder_masked', holder_masked, 'iban_masked', iban_masked,
                   'payout_minor', amount_minor - fee_minor, 'state', state, 'provider_reference', provider_reference,
                   'failure_code', failure_code) ORDER BY withdrawal.id)
          FROM wallet_withdrawals AS withdrawal JOIN payout_beneficiaries AS beneficiary ON beneficiary.id = withdrawal.beneficiary_id
          WHERE batch_id = batch.id) AS lines
       FROM ${from} WHERE batch.id = $1 AND batch.merchant_id = $2`,
      [id, merchantId],
    );
    return found;
  }
}
