import { type Caller, CurrentCaller, Requires } from '@florin/access';
import { Answers } from '@florin/http';
import { Controller, Get } from '@nestjs/common';
import { DashboardDto } from './dashboard.dto';
import { DashboardQueries } from './dashboard-queries';

@Controller('analytics/dashboard')
export class DashboardController {
  constructor(private readonly queries: DashboardQueries) {}

  @Get()
  @Requires('analytics.dashboard:read')
  @Answers(DashboardDto)
  dashboard(@CurrentCaller() caller: Caller): Promise<DashboardDto> {
    return this.queries.dashboard(caller.merchantId);
  }
}
