import { Module } from '@nestjs/common';
import { OpenWallets } from './open-wallets';
import { WalletController } from './wallet.controller';
import { WalletQueries } from './wallet-queries';

/** Partitioned by month: the service keeps its partitions made ahead. */
export const walletPartitions = { table: 'wallet_transactions', monthsAhead: 3 };

@Module({ controllers: [WalletController], providers: [OpenWallets, WalletQueries], exports: [OpenWallets] })
export class AccountsModule {}
