import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module';
import { LimitsModule } from '../limits/limits.module';
import { SettingsModule } from '../settings/settings.module';
import { AcceptQuote } from './accept-quote';
import { AddRates } from './add-rates';
import { AskQuote } from './ask-quote';
import { BookExchange } from './book-exchange';
import { ExchangeForCheckouts } from './exchange-for-checkouts';
import { ExchangeQueries } from './exchange-queries';
import { ExchangeController } from './exchange.controller';
import { ExchangeRepository } from './exchange.repository';

@Module({
  imports: [AccountsModule, LimitsModule, SettingsModule],
  controllers: [ExchangeController],
  providers: [AcceptQuote, AddRates, AskQuote, BookExchange, ExchangeForCheckouts, ExchangeQueries, ExchangeRepository],
  exports: [ExchangeForCheckouts],
})
export class ExchangeModule {}
