import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  type Page,
} from '@florin/http';
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import {
  AccountDto,
  AccountLineDto,
  AccountsQuery,
  AccountStatementQuery,
  HoldDto,
  HoldsQuery,
  InstantQuery,
  OpenAccountDto,
} from './account.dto';
import { AccountQueries } from './account-queries';
import { KeepAccounts } from './keep-accounts';

@Controller('ledger/accounts')
export class BookAccountsController {
  constructor(
    private readonly queries: AccountQueries,
    private readonly keepAccounts: KeepAccounts,
  ) {}

  @Get()
  @Requires('wallet.ledger:read')
  @Answers(AccountDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: AccountsQuery): Promise<Page<AccountDto>> {
    return this.queries.list(caller.merchantId, query);
  }

  /** Opens an account for journals by hand; one that exists stays as it is. */
  @Post()
  @Requires('wallet.ledger:write')
  @Idempotent()
  @Answers(AccountDto, { status: 201 })
  open(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: OpenAccountDto,
  ): Promise<Answered<AccountDto>> {
    return this.keepAccounts.open(caller, request, input);
  }

  /** Posted, held and available: now, as of an instant, as known at one, or both. */
  @Get(':code')
  @Requires('wallet.ledger:read')
  @Answers(AccountDto)
  one(
    @CurrentCaller() caller: Caller,
    @Param('code') code: string,
    @Query() instant: InstantQuery,
  ): Promise<AccountDto> {
    return this.queries.one(caller.merchantId, code, instant);
  }

  /** The latest first, each with the true balance after it. */
  @Get(':code/statement')
  @Requires('wallet.ledger:read')
  @Answers(AccountLineDto, { page: true })
  statement(
    @CurrentCaller() caller: Caller,
    @Param('code') code: string,
    @Query() query: AccountStatementQuery,
  ): Promise<Page<AccountLineDto>> {
    return this.queries.statement(caller.merchantId, code, query);
  }

  @Get(':code/holds')
  @Requires('wallet.ledger:read')
  @Answers(HoldDto, { page: true })
  holds(
    @CurrentCaller() caller: Caller,
    @Param('code') code: string,
    @Query() query: HoldsQuery,
  ): Promise<Page<HoldDto>> {
    return this.queries.holds(caller.merchantId, code, query);
  }

  /** Takes an empty account out of use: lists hide it, nothing can be posted to it. */
  @Post(':code/archive')
  @Requires('wallet.ledger:write')
  @Idempotent()
  @Answers(AccountDto, { status: 200 })
  archive(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Param('code') code: string,
  ): Promise<Answered<AccountDto>> {
    return this.keepAccounts.archive(caller, request, code);
  }

  @Post(':code/unarchive')
  @Requires('wallet.ledger:write')
  @Idempotent()
  @Answers(AccountDto, { status: 200 })
  unarchive(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Param('code') code: string,
  ): Promise<Answered<AccountDto>> {
    return this.keepAccounts.unarchive(caller, request, code);
  }
}
