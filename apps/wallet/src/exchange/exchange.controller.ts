import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IdParam,
  type Page,
} from '@florin/http';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { AcceptQuote } from './accept-quote';
import { AddRates } from './add-rates';
import { AskQuote } from './ask-quote';
import {
  AddRateDto,
  AskQuoteDto,
  ImportedRatesDto,
  ImportRatesDto,
  QuoteDto,
  RateDto,
  RatesQuery,
} from './exchange.dto';
import { ExchangeQueries } from './exchange-queries';

@Controller('wallet/exchange')
export class ExchangeController {
  constructor(
    private readonly addRates: AddRates,
    private readonly askQuote: AskQuote,
    private readonly acceptQuote: AcceptQuote,
    private readonly queries: ExchangeQueries,
  ) {}

  /** Says what a currency costs in another from an instant on. Rates are only ever added. */
  @Post('rates')
  @Requires('wallet.setting:write')
  @Idempotent()
  @Answers(RateDto, { status: 201 })
  addRate(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: AddRateDto,
  ): Promise<Answered<RateDto>> {
    return this.addRates.one(caller, request, input);
  }

  /** Adds all the rates of a file, or none. */
  @Post('rates/import')
  @Requires('wallet.setting:write')
  @Idempotent()
  @Answers(ImportedRatesDto, { status: 201 })
  importRates(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() { csv }: ImportRatesDto,
  ): Promise<Answered<ImportedRatesDto>> {
    return this.addRates.file(caller, request, csv);
  }

  /** The merchant's rates, newest first. */
  @Get('rates')
  @Requires('wallet.setting:read', 'wallet.own:read')
  @Answers(RateDto, { page: true })
  rates(@CurrentCaller() caller: Caller, @Query() query: RatesQuery): Promise<Page<RateDto>> {
    return this.queries.rates(caller.merchantId, query);
  }

  /** Promises the caller what an amount costs in another currency, for a short while. */
  @Post('quotes')
  @Requires('wallet.own:write')
  @Idempotent()
  @Answers(QuoteDto, { status: 201 })
  ask(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: AskQuoteDto,
  ): Promise<Answered<QuoteDto>> {
    return this.askQuote.execute(caller, request, input);
  }

  @Get('quotes/:id')
  @Requires('wallet.own:read')
  @Answers(QuoteDto)
  quote(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<QuoteDto> {
    return this.queries.quote(caller.merchantId, caller.subject, id);
  }

  /** Exchanges the caller's money as quoted. */
  @Post('quotes/:id/accept')
  @Requires('wallet.own:write')
  @Idempotent()
  @Answers(QuoteDto, { status: 200 })
  accept(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
  ): Promise<Answered<QuoteDto>> {
    return this.acceptQuote.execute(caller, request, id);
  }
}
