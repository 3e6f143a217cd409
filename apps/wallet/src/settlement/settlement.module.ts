import { Module } from '@nestjs/common';
import { IssueSettlement } from './issue-settlement';
import { PayTransfer } from './pay-transfer';
import { Prefund } from './prefund';
import { PrefundingRepository } from './prefunding.repository';
import { RecordBurns } from './record-burns';
import { SettlementQueries } from './settlement-queries';
import { SettlementsController } from './settlements.controller';
import { SettlementsRepository } from './settlements.repository';
import { TrackPrefunding } from './track-prefunding';

@Module({
  controllers: [SettlementsController],
  providers: [
    IssueSettlement,
    PayTransfer,
    Prefund,
    PrefundingRepository,
    RecordBurns,
    SettlementQueries,
    SettlementsRepository,
    TrackPrefunding,
  ],
  exports: [RecordBurns, TrackPrefunding],
})
export class SettlementModule {}
