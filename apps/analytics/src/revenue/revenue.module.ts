import { Module } from '@nestjs/common';
import { ActivityModule } from '../activity/activity.module';
import { EventsModule } from '../events/events.module';
import { CountRevenue } from './count-revenue';
import { RevenueConsumer } from './revenue.consumer';
import { RevenueController } from './revenue.controller';
import { RevenueQueries } from './revenue-queries';
import { RevenueRepository } from './revenue.repository';

@Module({
  imports: [ActivityModule, EventsModule],
  controllers: [RevenueController, RevenueConsumer],
  providers: [CountRevenue, RevenueQueries, RevenueRepository],
  exports: [RevenueQueries],
})
export class RevenueModule {}
