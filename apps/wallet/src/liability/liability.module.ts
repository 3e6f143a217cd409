import { Module } from '@nestjs/common';
import { SettlementModule } from '../settlement/settlement.module';
import { ChangeLots } from './change-lots';
import { ChangeSetting } from './change-setting';
import { LiabilityController } from './liability.controller';
import { LiabilityQueries } from './liability-queries';
import { LotQueries } from './lot-queries';
import { LotsRepository } from './lots.repository';
import { PointsConsumer } from './points.consumer';
import { ProgramSettings } from './program-settings';
import { TakeOnLots } from './take-on-lots';

@Module({
  imports: [SettlementModule],
  controllers: [LiabilityController, PointsConsumer],
  providers: [ChangeLots, ChangeSetting, LiabilityQueries, LotQueries, LotsRepository, ProgramSettings, TakeOnLots],
  exports: [ProgramSettings],
})
export class LiabilityModule {}
