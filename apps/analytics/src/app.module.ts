import { AccessModule } from '@florin/access';
import { DatabaseModule } from '@florin/database';
import { HttpModule } from '@florin/http';
import { MessagingModule } from '@florin/messaging';
import { BaseConfig, ServiceHostModule } from '@florin/service-host';
import { Module } from '@nestjs/common';
import { ActivityModule } from './activity/activity.module';
import { DashboardModule } from './dashboard/dashboard.module';
import { EventsModule } from './events/events.module';
import { migrations } from './migrations';
import { RevenueModule } from './revenue/revenue.module';

const service = 'analytics';
/** Figures may be a moment late; their writing should cost the shop as little as it can. */
const gatherMs = 250;

@Module({
  imports: [
    ServiceHostModule.forService({ service, config: BaseConfig }),
    DatabaseModule.forService({ service, migrations, partitions: [{ table: 'analytics_events', monthsAhead: 3 }] }),
    MessagingModule.forService({ service, gatherMs }),
    HttpModule.forService({ service }),
    AccessModule.forService(),
    EventsModule,
    ActivityModule,
    RevenueModule,
    DashboardModule,
  ],
})
export class AppModule {}
