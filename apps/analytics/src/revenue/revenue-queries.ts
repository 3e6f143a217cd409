import { Reads } from '@florin/database';
import { type Clock, dayMs, Refusal } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import type { RevenueDto, RevenuePeriodDto, RevenueQuery, RevenueSumsDto } from './revenue.dto';

const longestDays = 1_100;
const defaultDays = 30;

const sums = `currency, sum(orders)::bigint AS orders, sum(sales_minor)::bigint AS sales_minor, sum(imported_orders)::bigint AS imported_orders,
  sum(imported_minor)::bigint AS imported_minor, sum(imported_discount_minor)::bigint AS imported_discount_minor,
  sum(imported_tax_minor)::bigint AS imported_tax_minor, sum(discount_minor)::bigint AS discount_minor, sum(tax_minor)::bigint AS tax_minor,
  sum(refunds)::bigint AS refunds, sum(refunds_minor)::bigint AS refunds_minor, sum(refunded_tax_minor)::bigint AS refunded_tax_minor,
  sum(sales_minor - refunds_minor)::bigint AS net_minor, sum(tax_minor - refunded_tax_minor)::bigint AS net_tax_minor,
  sum(captured_wallet_minor + captured_card_minor)::bigint AS captured_minor,
  sum(refunded_wallet_minor + refunded_card_minor)::bigint AS given_back_minor`;

/** Revenue of one merchant over time, one series per currency. */
@Injectable()
export class RevenueQueries {
  constructor(
    private readonly reads: Reads,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async revenue(merchantId: string, query: RevenueQuery): Promise<RevenueDto> {
    const { from, to } = this.span(query);
    const [totals, data] = await Promise.all([
      this.totals(merchantId, from, to),
      this.reads.query<RevenuePeriodDto>(
        `SELECT date_trunc($4, day)::date::text AS period, ${sums} FROM daily_revenue
         WHERE merchant_id = $1 AND day BETWEEN $2 AND $3 GROUP BY 1, currency ORDER BY 1, currency`,
        [merchantId, from, to, query.interval],
      ),
    ]);
    return { from, to, totals, data };
  }

  totals(merchantId: string, from: string, to: string): Promise<RevenueSumsDto[]> {
    return this.reads.query<RevenueSumsDto>(
      `SELECT ${sums} FROM daily_revenue WHERE merchant_id = $1 AND day BETWEEN $2 AND $3 GROUP BY currency ORDER BY currency`,
      [merchantId, from, to],
    );
  }

  /** The days asked for, or the last thirty. Refuses a span that is turned round or longer than three years. */
  private span(query: RevenueQuery): { from: string; to: string } {
    const to = (query.to ?? this.clock.now().toISOString()).slice(0, 10);
    const from = (query.from ?? new Date(Date.parse(to) - defaultDays * dayMs).toISOString()).slice(0, 10);
    const days = (Date.parse(to) - Date.parse(from)) / dayMs;
    if (!(days >= 0)) throw Refusal.field('invalid', 'from', 'span_invalid', 'The first day comes after the last.');
    if (days > longestDays)
      throw Refusal.field('invalid', 'from', 'span_too_long', `Ask for ${longestDays} days at the most.`);
    return { from, to };
  }
}
