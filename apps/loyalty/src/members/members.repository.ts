import type { Tx } from '@florin/database';
import { type EarningDay, type Standing, standingKey, type TierChange } from './standing';

export interface NewMember {
  memberId: string;
  programId: string;
  merchantId: string;
  tier: string;
  enrolledAt: Date;
}

/** SQL of members. Every function takes a set and costs one statement. */
export class MembersRepository {
  /** Gives those that were not members before. */
  async enrol(tx: Tx, members: readonly NewMember[]): Promise<NewMember[]> {
    if (members.length === 0) return [];
    const rows = await tx.query<{ member_id: string; program_id: string }>(
      `INSERT INTO customer_loyalty (member_id, program_id, merchant_id, tier, first_tier, enrolled_at)
       SELECT member_id, program_id, merchant_id, tier, tier, enrolled_at FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[]) AS new (member_id, program_id, merchant_id, tier, enrolled_at)
       ORDER BY member_id, program_id ON CONFLICT DO NOTHING RETURNING member_id, program_id`,
      [
        members.map((member) => member.memberId),
        members.map((member) => member.programId),
        members.map((member) => member.merchantId),
        members.map((member) => member.tier),
        members.map((member) => member.enrolledAt),
      ],
    );
    const fresh = new Set(rows.map((row) => standingKey(row.member_id, row.program_id)));
    return members.filter((member) => fresh.has(standingKey(member.memberId, member.programId)));
  }

  /** Locks in id order, so that two sets with the same members wait and never deadlock. */
  async lock(tx: Tx, members: readonly { memberId: string; programId: string }[]): Promise<Map<string, Standing>> {
    const rows = await tx.query<Standing>(
      `SELECT member_id AS "memberId", program_id AS "programId", merchant_id AS "merchantId", tier,
              qualifying_points AS "qualifyingPoints", points, is_frozen AS "isFrozen"
       FROM customer_loyalty WHERE (member_id, program_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
       ORDER BY member_id, program_id FOR UPDATE`,
      [members.map((member) => member.memberId), members.map((member) => member.programId)],
    );
    return new Map(rows.map((row) => [standingKey(row.memberId, row.programId), row]));
  }

  async save(tx: Tx, standings: readonly Standing[]): Promise<void> {
    if (standings.length === 0) return;
    await tx.execute(
      `UPDATE customer_loyalty AS member
       SET tier = new.tier, qualifying_points = new.qualifying_points, points = new.points, updated_at = now()
       FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[]) AS new (member_id, program_id, tier, qualifying_points, points)
       WHERE member.member_id = new.member_id AND member.program_id = new.program_id`,
      [
        standings.map((standing) => standing.memberId),
        standings.map((standing) => standing.programId),
        standings.map((standing) => standing.tier),
        standings.map((standing) => standing.qualifyingPoints),
        standings.map((standing) => standing.points),
      ],
    );
  }

  async insertTierChanges(tx: Tx, changes: readonly TierChange[]): Promise<void> {
    if (changes.length === 0) return;
    await tx.execute(
      `INSERT INTO loyalty_tier_snapshots (id, member_id, program_id, from_tier, to_tier, qualifying_points, caused_by, changed_at)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::timestamptz[])`,
      [
        changes.map((change) => change.id),
        changes.map((change) => change.memberId),
        changes.map((change) => change.programId),
        changes.map((change) => change.fromTier),
        changes.map((change) => change.toTier),
        changes.map((change) => change.qualifyingPoints),
        changes.map((change) => change.causedBy),
        changes.map((change) => change.changedAt),
      ],
    );
  }

  /** What was earned on each of the days asked, keyed by standing and day. */
  async earnedOn(
    tx: Tx,
    days: readonly { memberId: string; programId: string; day: string }[],
  ): Promise<Map<string, number>> {
    const rows = await tx.query<{ member_id: string; program_id: string; day: string; points: number }>(
      `SELECT member_id, program_id, day::text, points FROM loyalty_daily_earnings
       WHERE (member_id, program_id, day) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::date[]))`,
      [days.map((each) => each.memberId), days.map((each) => each.programId), days.map((each) => each.day)],
    );
    return new Map(rows.map((row) => [`${standingKey(row.member_id, row.program_id)}:${row.day}`, row.points]));
  }

  async saveEarnedOn(tx: Tx, days: readonly EarningDay[]): Promise<void> {
    if (days.length === 0) return;
    await tx.execute(
      `INSERT INTO loyalty_daily_earnings (member_id, program_id, day, points)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::date[], $4::bigint[])
       ON CONFLICT (member_id, program_id, day) DO UPDATE SET points = excluded.points`,
      [
        days.map((each) => each.memberId),
        days.map((each) => each.programId),
        days.map((each) => each.day),
        days.map((each) => each.points),
      ],
    );
  }
}
