import { Module } from '@nestjs/common';
import { PrefundingRepository } from './prefunding.repository';
import { RecordBurns } from './record-burns';
import { SettlementsRepository } from './settlements.repository';
import { TrackPrefunding } from './track-prefunding';

@Module({
  providers: [PrefundingRepository, RecordBurns, SettlementsRepository, TrackPrefunding],
  exports: [RecordBurns, TrackPrefunding],
})
export class SettlementModule {}
