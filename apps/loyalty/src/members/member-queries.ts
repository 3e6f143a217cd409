import { Reads } from '@florin/database';
import { decodeCursor, page, type Page, type PageQuery } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { ProgramRules } from '../programs/program-rules';
import type { LotDto, MemberDto, StandingDto } from './member.dto';

/** Members as they see themselves and as staff see them; always within one merchant. */
@Injectable()
export class MemberQueries {
  constructor(private readonly reads: Reads) {}

  async one(merchantId: string, memberId: string): Promise<MemberDto> {
    const rows = await this.reads.query<StandingDto & { tiers: ProgramRules['tiers'] }>(
      `SELECT member.member_id, member.program_id, program.name AS program_name, member.tier, member.points, member.qualifying_points,
              member.is_frozen, member.enrolled_at, version.rules -> 'tiers' AS tiers
       FROM customer_loyalty AS member
       JOIN loyalty_programs AS program ON program.id = member.program_id
       JOIN loyalty_program_versions AS version ON version.program_id = program.id AND version.version = program.version
       WHERE member.member_id = $1 AND member.merchant_id = $2 ORDER BY member.program_id`,
      [memberId, merchantId],
    );
    if (rows.length === 0) throw new Refusal('not_found', 'member_not_found', 'There is no such member.');
    return {
      member_id: memberId,
      programs: rows.map(({ tiers, ...standing }) => ({
        ...standing,
        next_tier: nextTier(tiers, standing.qualifying_points),
      })),
    };
  }

  async lots(merchantId: string, memberId: string, query: PageQuery): Promise<Page<LotDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.reads.query<LotDto>(
      `SELECT lot.id, lot.program_id, lot.order_id, lot.earned, lot.remaining, lot.source, lot.earned_at, lot.expires_at
       FROM loyalty_lots AS lot JOIN loyalty_programs AS program ON program.id = lot.program_id
       WHERE lot.member_id = $1 AND program.merchant_id = $2 AND ($3::uuid IS NULL OR lot.id < $3::uuid)
       ORDER BY lot.id DESC LIMIT $4`,
      [memberId, merchantId, after?.id ?? null, query.limit + 1],
    );
    return page(rows, query.limit, ({ id }) => ({ id }));
  }
}

function nextTier(tiers: ProgramRules['tiers'], qualifyingPoints: number): { name: string; missing: number } | null {
  const next = tiers.find((tier) => tier.threshold > qualifyingPoints);
  return next ? { name: next.name, missing: next.threshold - qualifyingPoints } : null;
}
