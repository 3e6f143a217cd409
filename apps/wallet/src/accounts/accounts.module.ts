import { Module } from '@nestjs/common';
import { OpenWallets } from './open-wallets';
import { WalletController } from './wallet.controller';
import { WalletQueries } from './wallet-queries';

@Module({ controllers: [WalletController], providers: [OpenWallets, WalletQueries], exports: [OpenWallets] })
export class AccountsModule {}
