import { Module } from '@nestjs/common';
import { AccountQueries } from './account-queries';
import { BookAccountsController } from './accounts.controller';
import { BookEntries } from './book-entries';
import { ChainQueries } from './chain-queries';
import { DecideProposal } from './decide-proposal';
import { EntriesRepository } from './entries.repository';
import { JournalQueries } from './journal-queries';
import { JournalsController } from './journals.controller';
import { KeepAccounts } from './keep-accounts';
import { KeepMonitors } from './keep-monitors';
import { KeepSchedules } from './keep-schedules';
import { LedgerSettings } from './ledger-settings';
import { LineageController } from './lineage.controller';
import { LineageQueries } from './lineage-queries';
import { LogController } from './log.controller';
import { MerchantAccountsRepository } from './merchant-accounts.repository';
import { MonitorsController } from './monitors.controller';
import { MonitorsRepository } from './monitors.repository';
import { PostScheduled } from './post-scheduled';
import { ProposalsController } from './proposals.controller';
import { ProposalsRepository } from './proposals.repository';
import { SchedulesController } from './schedules.controller';
import { SchedulesRepository } from './schedules.repository';
import { TellCrossings } from './tell-crossings';
import { WeighSchedule } from './weigh-schedule';
import { WriteBooks } from './write-books';

@Module({
  controllers: [
    BookAccountsController,
    JournalsController,
    LineageController,
    LogController,
    MonitorsController,
    ProposalsController,
    SchedulesController,
  ],
  providers: [
    AccountQueries,
    BookEntries,
    ChainQueries,
    DecideProposal,
    EntriesRepository,
    JournalQueries,
    KeepAccounts,
    KeepMonitors,
    KeepSchedules,
    LedgerSettings,
    LineageQueries,
    MerchantAccountsRepository,
    MonitorsRepository,
    PostScheduled,
    ProposalsRepository,
    SchedulesRepository,
    TellCrossings,
    WeighSchedule,
    WriteBooks,
  ],
})
export class BooksModule {}
