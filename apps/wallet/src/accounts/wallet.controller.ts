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
import { OpenOwnWallet } from './open-own-wallet';
import { TransactionsQuery, WalletEntryDto } from './transaction.dto';
import { TransactionQueries } from './transaction-queries';
import { OpenWalletDto, WalletDto } from './wallet.dto';
import { WalletQueries } from './wallet-queries';

@Controller('wallet')
export class WalletController {
  constructor(
    private readonly openOwnWallet: OpenOwnWallet,
    private readonly queries: WalletQueries,
    private readonly transactions: TransactionQueries,
  ) {}

  @Get()
  @Requires('wallet.own:read')
  @Answers(WalletDto)
  mine(@CurrentCaller() caller: Caller): Promise<WalletDto> {
    return this.queries.balances(caller.merchantId, caller.subject);
  }

  /** Opens the caller's wallet in a currency before any money is in it, so that others can give to it. */
  @Post('currencies')
  @Requires('wallet.own:write')
  @Idempotent()
  @Answers(OpenWalletDto, { status: 201 })
  open(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: OpenWalletDto,
  ): Promise<Answered<OpenWalletDto>> {
    return this.openOwnWallet.execute(caller, request, input);
  }

  /** What happened in the caller's wallets, newest first, each with the balance after it. */
  @Get('transactions')
  @Requires('wallet.own:read')
  @Answers(WalletEntryDto, { page: true })
  entries(@CurrentCaller() caller: Caller, @Query() query: TransactionsQuery): Promise<Page<WalletEntryDto>> {
    return this.transactions.list(caller.merchantId, caller.subject, query);
  }

  @Get('members/:id')
  @Requires('wallet.account:read')
  @Answers(WalletDto)
  ofMember(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<WalletDto> {
    return this.queries.balances(caller.merchantId, id);
  }

  @Get('members/:id/transactions')
  @Requires('wallet.account:read')
  @Answers(WalletEntryDto, { page: true })
  entriesOfMember(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Query() query: TransactionsQuery,
  ): Promise<Page<WalletEntryDto>> {
    return this.transactions.list(caller.merchantId, id, query);
  }
}
