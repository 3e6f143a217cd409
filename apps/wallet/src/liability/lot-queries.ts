import type { Caller } from '@florin/access';
import { Reads } from '@florin/database';
import { decodeCursor, page, type Page } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { LotDetailDto, LotDto, LotEventDto, LotsQuery } from './liability.dto';

const columns = `id, program_id, member_id, order_id, currency, cohort, points, points - redeemed - expired - clawed_back AS outstanding_points,
  price_minor, unrecognised_minor AS owed_minor, issued_at, expires_at,
  (SELECT json_agg(json_build_object('funder', funder, 'share_bps', share_bps) ORDER BY funder) FROM liability_lot_funders WHERE lot_id = lot.id) AS funders`;

/** The lots behind what is owed for points, at the merchant in force. */
@Injectable()
export class LotQueries {
  constructor(private readonly reads: Reads) {}

  /** The latest lots first. */
  async list({ merchantId }: Caller, query: LotsQuery): Promise<Page<LotDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const wanted: [condition: string, value: string | undefined][] = [
      ['member_id =', query.member_id],
      ['program_id =', query.program_id],
      ['cohort =', query.cohort],
      ['id <', after?.id],
    ];
    // Only what is asked for stands in the statement: each combination has a plan, and so an index, of its own.
    const given = wanted.filter(([, value]) => value !== undefined);
    const conditions = given.map(([condition], index) => `AND ${condition} $${index + 3}`).join(' ');
    const rows = await this.reads.query<LotDto>(
      `SELECT ${columns} FROM liability_lots lot WHERE merchant_id = $1 ${conditions} ORDER BY id DESC LIMIT $2`,
      [merchantId, query.limit + 1, ...given.map(([, value]) => value)],
    );
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  /** One lot with everything that changed it, and the journals that booked it. */
  async one({ merchantId }: Caller, id: string): Promise<LotDetailDto> {
    const [lot] = await this.reads.query<LotDto>(
      `SELECT ${columns} FROM liability_lots lot WHERE id = $1 AND merchant_id = $2`,
      [id, merchantId],
    );
    if (!lot) throw new Refusal('not_found', 'lot_not_found', 'There is no such lot.');
    const events = await this.reads.query<LotEventDto>(
      `SELECT kind, source_id, points, price_minor, period, happened_at, booked.result_id AS journal_id FROM liability_events event
       LEFT JOIN ledger_keys booked ON booked.key = CASE kind WHEN 'earned' THEN 'points-deferred:' || lot_id
         WHEN 'clawed_back' THEN 'points-clawed-back:' || source_id || ':' || lot_id END
       WHERE lot_id = $1 ORDER BY event.id`,
      [id],
    );
    return { ...lot, events };
  }
}
