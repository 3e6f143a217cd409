import { Global, Module } from '@nestjs/common';
import { Ledger } from './ledger';

/** Gives the ledger to a service. Holds time out by the database's clock. */
@Global()
@Module({ providers: [{ provide: Ledger, useFactory: () => new Ledger() }], exports: [Ledger] })
export class LedgerModule {}

/** Tables that are partitioned by month of insertion: the service keeps their partitions made ahead. */
export const ledgerPartitions = ['ledger_journals', 'ledger_postings'].map((table) => ({ table, monthsAhead: 3 }));
