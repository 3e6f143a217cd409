import { Global, Module } from '@nestjs/common';
import { Ledger } from './ledger';
import { ExpireHolds } from './expire-holds';
import { SealLedger } from './seal-ledger';

/** Gives the ledger to a service and keeps its journals sealed and its timed-out holds given back. Holds time out by the database's clock. */
@Global()
@Module({
  providers: [{ provide: Ledger, useFactory: () => new Ledger() }, ExpireHolds, SealLedger],
  exports: [Ledger],
})
export class LedgerModule {}

/** Tables that are partitioned by month of insertion: the service keeps their partitions made ahead. */
export const ledgerPartitions = ['ledger_journals', 'ledger_postings'].map((table) => ({ table, monthsAhead: 3 }));
