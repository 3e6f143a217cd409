import { Reads } from '@florin/database';
import { type Clock, dayMs } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { RevenueQueries } from '../revenue/revenue-queries';
import type { DashboardDto, PointsSumsDto } from './dashboard.dto';

const shownDays = 30;

@Injectable()
export class DashboardQueries {
  constructor(
    private readonly reads: Reads,
    private readonly revenue: RevenueQueries,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async dashboard(merchantId: string): Promise<DashboardDto> {
    const now = this.clock.now();
    const to = now.toISOString().slice(0, 10);
    const from = new Date(now.getTime() - (shownDays - 1) * dayMs).toISOString().slice(0, 10);
    const [revenue, points, people] = await Promise.all([
      this.revenue.totals(merchantId, from, to),
      this.reads.query<PointsSumsDto>(
        `SELECT program_id, sum(earned)::bigint AS earned, sum(clawed_back)::bigint AS clawed_back FROM daily_points
         WHERE merchant_id = $1 AND day BETWEEN $2 AND $3 GROUP BY program_id ORDER BY program_id`,
        [merchantId, from, to],
      ),
      this.reads.query<{ daily: number; monthly: number; enrolled: number }>(
        `SELECT (SELECT count(*) FROM daily_actives WHERE merchant_id = $1 AND day = $3)::bigint AS daily,
                (SELECT count(DISTINCT user_id) FROM daily_actives WHERE merchant_id = $1 AND day BETWEEN $2 AND $3)::bigint AS monthly,
                (SELECT coalesce(sum(enrolled), 0) FROM daily_members WHERE merchant_id = $1 AND day BETWEEN $2 AND $3)::bigint AS enrolled`,
        [merchantId, from, to],
      ),
    ]);
    const { daily = 0, monthly = 0, enrolled = 0 } = people[0] ?? {};
    return {
      from,
      to,
      revenue,
      points,
      daily_active_users: daily,
      monthly_active_users: monthly,
      members_enrolled: enrolled,
    };
  }
}
