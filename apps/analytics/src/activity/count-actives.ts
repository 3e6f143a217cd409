import type { Envelope, MemberEnrolled, PointsClawedBack, PointsEarned } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { Injectable } from '@nestjs/common';

export interface Active {
  merchantId: string;
  userId: string;
  at: string;
}

const dayOf = (instant: string): string => new Date(instant).toISOString().slice(0, 10);

/** Keeps the daily counts of people and points. One statement per set, rows in key order. */
@Injectable()
export class CountActives {
  async active(tx: Tx, actives: readonly Active[]): Promise<void> {
    await tx.execute(
      `INSERT INTO daily_actives (merchant_id, day, user_id)
       SELECT DISTINCT * FROM unnest($1::uuid[], $2::date[], $3::uuid[]) AS active (merchant_id, day, user_id) ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING`,
      [
        actives.map(({ merchantId }) => merchantId),
        actives.map(({ at }) => dayOf(at)),
        actives.map(({ userId }) => userId),
      ],
    );
  }

  async enrolled(tx: Tx, events: readonly Envelope<MemberEnrolled>[]): Promise<void> {
    await tx.execute(
      `INSERT INTO daily_members (merchant_id, day, enrolled)
       SELECT merchant_id, day, count(*) FROM unnest($1::uuid[], $2::date[]) AS new (merchant_id, day) GROUP BY 1, 2 ORDER BY 1, 2
       ON CONFLICT (merchant_id, day) DO UPDATE SET enrolled = daily_members.enrolled + excluded.enrolled`,
      [events.map(({ data }) => data.merchantId), events.map(({ time }) => dayOf(time))],
    );
  }

  earned(tx: Tx, events: readonly Envelope<PointsEarned>[]): Promise<void> {
    return this.points(
      tx,
      events.map(({ data }) => ({ ...data, at: data.earnedAt, earned: data.points, clawedBack: 0 })),
    );
  }

  clawedBack(tx: Tx, events: readonly Envelope<PointsClawedBack>[]): Promise<void> {
    return this.points(
      tx,
      events.map(({ data, time }) => ({ ...data, at: time, earned: 0, clawedBack: data.points })),
    );
  }

  private async points(
    tx: Tx,
    changes: readonly { merchantId: string; programId: string; at: string; earned: number; clawedBack: number }[],
  ): Promise<void> {
    await tx.execute(
      `INSERT INTO daily_points (merchant_id, program_id, day, earned, clawed_back)
       SELECT merchant_id, program_id, day, sum(earned), sum(clawed_back)
       FROM unnest($1::uuid[], $2::uuid[], $3::date[], $4::bigint[], $5::bigint[]) AS new (merchant_id, program_id, day, earned, clawed_back)
       GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
       ON CONFLICT (merchant_id, program_id, day)
       DO UPDATE SET earned = daily_points.earned + excluded.earned, clawed_back = daily_points.clawed_back + excluded.clawed_back`,
      [
        changes.map(({ merchantId }) => merchantId),
        changes.map(({ programId }) => programId),
        changes.map(({ at }) => dayOf(at)),
        changes.map(({ earned }) => earned),
        changes.map(({ clawedBack }) => clawedBack),
      ],
    );
  }
}
