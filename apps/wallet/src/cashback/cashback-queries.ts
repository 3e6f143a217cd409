import { Reads, type Tx } from '@florin/database';
import { decodeCursor, page, type Page } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { CashbackDetailDto, CashbackDto, CashbackQuery } from './cashback.dto';

export const cashbackNotFound = (): Refusal =>
  new Refusal('not_found', 'cashback_not_found', 'There is no such cashback.');

const columns =
  'id, order_id, member_id, currency, amount_minor, reversed_minor, state, reason, payable_at, settled_at';

/** Cashback of a merchant, or of one member there. */
@Injectable()
export class CashbackQueries {
  constructor(private readonly reads: Reads) {}

  /** Newest first. */
  async list(merchantId: string, onlyOf: string | undefined, query: CashbackQuery): Promise<Page<CashbackDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.reads.query<CashbackDto>(
      `SELECT ${columns} FROM wallet_cashback
       WHERE merchant_id = $1 AND ($2::uuid IS NULL OR member_id = $2::uuid) AND ($3::text IS NULL OR state = $3::text)
         AND ($4::uuid IS NULL OR order_id = $4::uuid) AND ($5::uuid IS NULL OR id < $5::uuid) ORDER BY id DESC LIMIT $6`,
      [
        merchantId,
        onlyOf ?? query.member_id ?? null,
        query.state ?? null,
        query.order_id ?? null,
        after?.id ?? null,
        query.limit + 1,
      ],
    );
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  async one(merchantId: string, onlyOf: string | undefined, id: string): Promise<CashbackDetailDto> {
    const cashback = await this.find(this.reads, merchantId, onlyOf, id);
    if (!cashback) throw cashbackNotFound();
    return cashback;
  }

  /** One with every step of it. */
  async find(
    source: Reads | Tx,
    merchantId: string,
    onlyOf: string | undefined,
    id: string,
  ): Promise<CashbackDetailDto | undefined> {
    const [cashback] = await source.query<CashbackDetailDto>(
      `SELECT ${columns}, (SELECT coalesce(json_agg(json_build_object('from_state', from_state, 'to_state', to_state, 'reason', step.reason, 'done_by', done_by,
                'happened_at', happened_at) ORDER BY step.id), '[]') FROM wallet_cashback_steps AS step WHERE cashback_id = cashback.id) AS steps
       FROM wallet_cashback AS cashback WHERE id = $1 AND merchant_id = $2 AND ($3::uuid IS NULL OR member_id = $3::uuid)`,
      [id, merchantId, onlyOf ?? null],
    );
    return cashback;
  }
}
