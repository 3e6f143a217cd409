import { type Caller, CurrentCaller, Requires } from '@florin/access';
import { Answers } from '@florin/http';
import { Controller, Get, Query } from '@nestjs/common';
import { RevenueDto, RevenueQuery } from './revenue.dto';
import { RevenueQueries } from './revenue-queries';

@Controller('analytics/revenue')
export class RevenueController {
  constructor(private readonly queries: RevenueQueries) {}

  @Get()
  @Requires('analytics.dashboard:read')
  @Answers(RevenueDto)
  revenue(@CurrentCaller() caller: Caller, @Query() query: RevenueQuery): Promise<RevenueDto> {
    return this.queries.revenue(caller.merchantId, query);
  }
}
