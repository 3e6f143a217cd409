import { Module } from '@nestjs/common';
import { OpenOwnWallet } from './open-own-wallet';
import { OpenWallets } from './open-wallets';
import { StatementQueries } from './statement-queries';
import { StatementsController } from './statements.controller';
import { TransactionQueries } from './transaction-queries';
import { TransactionsRepository } from './transactions.repository';
import { WalletController } from './wallet.controller';
import { WalletQueries } from './wallet-queries';

/** Partitioned by month: the service keeps its partitions made ahead. */
export const walletPartitions = { table: 'wallet_transactions', monthsAhead: 3 };

@Module({
  controllers: [WalletController, StatementsController],
  providers: [OpenOwnWallet, OpenWallets, StatementQueries, TransactionQueries, TransactionsRepository, WalletQueries],
  exports: [OpenWallets],
})
export class AccountsModule {}
