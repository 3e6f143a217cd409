import { Reads } from '@florin/database';
import { decodeCursor, page, type PageQuery } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type {
  LotStateDto,
  MemberStateDto,
  ProgramStateDto,
  RulesStateDto,
  StateDiffDto,
  StateEventDto,
} from './history.dto';

/** A moment on two axes: what counted by then, of what was known by then. */
export interface Moment {
  asOf: Date;
  /** Now, by the database's clock, when left out: it says when something was written down. */
  knownAt: Date | undefined;
}

const maxLots = 200;

interface ProgramRow extends Omit<ProgramStateDto, 'lots' | 'lots_open' | 'rules'> {
  version: number | null;
  published_at: Date | null;
  rules: object | null;
}

type LotRow = LotStateDto & { program_id: string; lots_open: number };

/** Members as they were at a moment. Everything is added up from rows that only ever grow, each with its two times. */
@Injectable()
export class HistoryQueries {
  constructor(private readonly reads: Reads) {}

  async state(merchantId: string, memberId: string, { asOf, knownAt }: Moment): Promise<MemberStateDto> {
    const [member] = await this.reads.query<{ now: Date }>(
      'SELECT now() AS now FROM customer_loyalty WHERE member_id = $1 AND merchant_id = $2 LIMIT 1',
      [memberId, merchantId],
    );
    if (!member) throw new Refusal('not_found', 'member_not_found', 'There is no such member.');
    const known = knownAt ?? member.now;
    const moment = [memberId, merchantId, asOf, known];
    const [programs, lots] = [await this.programs(moment), await this.lots(moment)];
    return {
      member_id: memberId,
      as_of: asOf,
      known_at: known,
      programs: programs.map((row) => {
        const open = lots.filter(({ program_id }) => program_id === row.program_id);
        const { version, published_at, rules, ...standing } = row;
        return {
          ...standing,
          lots_open: open[0]?.lots_open ?? 0,
          lots: open.map(({ program_id: _, lots_open: __, ...lot }) => lot),
          rules: rulesOf(version, published_at, rules),
        };
      }),
    };
  }

  async diff(merchantId: string, memberId: string, from: Moment, to: Moment, query: PageQuery): Promise<StateDiffDto> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.reads.query<StateEventDto>(
      `SELECT id, program_id, kind, reason, order_id, CASE WHEN later THEN 'gained' ELSE 'lost' END AS change,
              CASE WHEN later THEN points ELSE -points END AS points,
              CASE WHEN later THEN qualifying_points ELSE -qualifying_points END AS qualifying_points, issued_at AS effective_at, recorded_at
       FROM (SELECT *, issued_at <= $3 AND recorded_at <= coalesce($4, now()) AS earlier, issued_at <= $5 AND recorded_at <= coalesce($6, now()) AS later
             FROM loyalty_receipts WHERE member_id = $1 AND merchant_id = $2) AS receipt
       WHERE earlier <> later AND ($7::uuid IS NULL OR id > $7::uuid) ORDER BY id LIMIT $8`,
      [
        memberId,
        merchantId,
        from.asOf,
        from.knownAt ?? null,
        to.asOf,
        to.knownAt ?? null,
        after?.id ?? null,
        query.limit + 1,
      ],
    );
    const events = page(rows, query.limit, ({ id }) => ({ id }));
    return {
      from: await this.state(merchantId, memberId, from),
      to: await this.state(merchantId, memberId, to),
      events: events.data,
      next_cursor: events.next_cursor,
    };
  }

  /**
   * Who has a receipt by then is a member by then, also where an order from before the enrolment was told later.
   * A rise to a tier rests on all that was earned when it was written down, so it does not count before the last of that.
   */
  private programs(moment: unknown[]): Promise<ProgramRow[]> {
    return this.reads.query<ProgramRow>(
      `SELECT member.program_id, program.name AS program_name, coalesce(tier.to_tier, member.first_tier) AS tier,
              earned.points, earned.qualifying_points, version.version, version.created_at AS published_at, version.rules
       FROM customer_loyalty AS member
       JOIN loyalty_programs AS program ON program.id = member.program_id
       CROSS JOIN LATERAL (
         SELECT count(*) AS receipts, coalesce(sum(points), 0)::bigint AS points, coalesce(sum(qualifying_points), 0)::bigint AS qualifying_points
         FROM loyalty_receipts WHERE member_id = member.member_id AND program_id = member.program_id AND issued_at <= $3 AND recorded_at <= $4
       ) AS earned
       LEFT JOIN LATERAL (
         SELECT to_tier FROM loyalty_tier_snapshots AS rise
         WHERE member_id = member.member_id AND program_id = member.program_id AND recorded_at <= $4 AND $3 >= (
           SELECT max(issued_at) FROM loyalty_receipts
           WHERE member_id = rise.member_id AND program_id = rise.program_id AND kind = 'earn' AND recorded_at <= rise.recorded_at)
         ORDER BY id DESC LIMIT 1
       ) AS tier ON true
       LEFT JOIN LATERAL (
         SELECT version, created_at, rules FROM loyalty_program_versions
         WHERE program_id = member.program_id AND created_at <= least($3::timestamptz, $4::timestamptz) ORDER BY version DESC LIMIT 1
       ) AS version ON true
       WHERE member.member_id = $1 AND member.merchant_id = $2 AND (member.enrolled_at <= $3 AND member.recorded_at <= $4 OR earned.receipts > 0)
       ORDER BY member.program_id`,
      moment,
    );
  }

  private lots(moment: unknown[]): Promise<LotRow[]> {
    return this.reads.query<LotRow>(
      `SELECT id, program_id, order_id, points, source, earned_at, expires_at, lots_open FROM (
         SELECT lot.*, moved.points, count(*) OVER (PARTITION BY lot.program_id)::integer AS lots_open,
                row_number() OVER (PARTITION BY lot.program_id ORDER BY lot.expires_at NULLS LAST, lot.id) AS place
         FROM loyalty_lots AS lot
         JOIN loyalty_programs AS program ON program.id = lot.program_id AND program.merchant_id = $2
         CROSS JOIN LATERAL (
           SELECT sum(points)::bigint AS points FROM loyalty_lot_movements
           WHERE lot_id = lot.id AND effective_at <= $3 AND recorded_at <= $4
         ) AS moved
         WHERE lot.member_id = $1 AND moved.points <> 0
       ) AS open WHERE place <= ${maxLots} ORDER BY program_id, place`,
      moment,
    );
  }
}

function rulesOf(version: number | null, publishedAt: Date | null, rules: object | null): RulesStateDto | null {
  return version === null || publishedAt === null || rules === null
    ? null
    : { version, published_at: publishedAt, rules };
}
