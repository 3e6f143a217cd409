import { AccessModule } from '@florin/access';
import { DatabaseModule } from '@florin/database';
import { HttpModule } from '@florin/http';
import { LedgerModule, ledgerPartitions } from '@florin/ledger';
import { MessagingModule } from '@florin/messaging';
import { BaseConfig, ServiceHostModule } from '@florin/service-host';
import { Module } from '@nestjs/common';
import { EarningModule } from './earning/earning.module';
import { HistoryModule } from './history/history.module';
import { MembersModule } from './members/members.module';
import { migrations } from './migrations';
import { ProgramsModule } from './programs/programs.module';
import { ReceiptsModule } from './receipts/receipts.module';

const service = 'loyalty';

@Module({
  imports: [
    ServiceHostModule.forService({ service, config: BaseConfig }),
    DatabaseModule.forService({ service, migrations, partitions: ledgerPartitions }),
    MessagingModule.forService({ service }),
    HttpModule.forService({ service }),
    AccessModule.forService(),
    LedgerModule,
    ProgramsModule,
    MembersModule,
    EarningModule,
    ReceiptsModule,
    HistoryModule,
  ],
})
export class AppModule {}
