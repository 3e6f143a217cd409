import { Global, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Ledger } from './ledger';
import { ExpireHolds } from './expire-holds';
import { SealLedger } from './seal-ledger';

/** Gives the ledger to a service and keeps its journals sealed and its timed-out holds given back. Holds time out by the database's clock. */
@Global()
@Module({
  providers: [{ provide: Ledger, useFactory: ledgerOf, inject: [DataSource] }, ExpireHolds, SealLedger],
  exports: [Ledger],
})
export class LedgerModule {}

/** The database's connections carry the service's name. */
function ledgerOf({ options }: DataSource): Ledger {
  return new Ledger(undefined, 'applicationName' in options ? options.applicationName : undefined);
}

/** Tables that are partitioned by month of insertion: the service keeps their partitions made ahead. */
export const ledgerPartitions = ['ledger_journals', 'ledger_postings'].map((table) => ({ table, monthsAhead: 3 }));
