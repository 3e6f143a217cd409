import { type Caller, CurrentCaller, Requires } from '@florin/access';
import { Answers } from '@florin/http';
import { Controller, Get, Headers, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { csvOf, PaymentReport } from './payment-report';
import { PaymentReportDto, ReportQuery } from './report.dto';

@Controller('payments')
export class PaymentReportsController {
  constructor(private readonly report: PaymentReport) {}

  /** Payments of a period by day, processor and state, with rates and reasons. JSON, or the rows as CSV for `Accept: text/csv`. */
  @Get('report')
  @Requires('wallet.payment:read')
  @Answers(PaymentReportDto)
  async of(
    @CurrentCaller() caller: Caller,
    @Query() query: ReportQuery,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PaymentReportDto | string> {
    const report = await this.report.of(caller.merchantId, query);
    void reply.header('vary', 'Accept');
    if (!/^text\/csv\b/i.test(accept ?? '')) return report;
    void reply.type('text/csv; charset=utf-8; header=present');
    return csvOf(report);
  }
}
