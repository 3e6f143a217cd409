import { Global, Module } from '@nestjs/common';
import { Ledger } from './ledger';
import { SealLedger } from './seal-ledger';

/** Gives the ledger to a service and keeps its journals sealed. Holds time out by the database's clock. */
@Global()
@Module({ providers: [{ provide: Ledger, useFactory: () => new Ledger() }, SealLedger], exports: [Ledger] })
export class LedgerModule {}

/** Tables that are partitioned by month of insertion: the service keeps their partitions made ahead. */
export const ledgerPartitions = ['ledger_journals', 'ledger_postings'].map((table) => ({ table, monthsAhead: 3 }));
