import { Module } from '@nestjs/common';
import { RevenueModule } from '../revenue/revenue.module';
import { DashboardController } from './dashboard.controller';
import { DashboardQueries } from './dashboard-queries';

@Module({ imports: [RevenueModule], controllers: [DashboardController], providers: [DashboardQueries] })
export class DashboardModule {}
