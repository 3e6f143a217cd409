import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IdParam,
  IfMatch,
  type Page,
  PageQuery,
  tag,
} from '@florin/http';
import { Body, Controller, Get, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ChangeAccountDto, CreateAccountDto, StatementAccountDto } from './account.dto';
import { AccountQueries } from './account-queries';
import { SaveAccount } from './save-account';

@Controller('reconciliation/accounts')
export class AccountsController {
  constructor(
    private readonly saveAccount: SaveAccount,
    private readonly queries: AccountQueries,
  ) {}

  /** Makes an account known, at a bank or a processor, that statements come of. */
  @Post()
  @Requires('wallet.reconciliation:admin')
  @Idempotent()
  @Answers(StatementAccountDto, { status: 201 })
  create(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Body() input: CreateAccountDto,
  ): Promise<Answered<StatementAccountDto>> {
    return this.saveAccount.create(caller, request, input);
  }

  /** The next version of how its statements are read and matched; what was matched stays. */
  @Put(':id')
  @Requires('wallet.reconciliation:admin')
  @Idempotent()
  @Answers(StatementAccountDto)
  change(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @IfMatch() version: number,
    @Body() input: ChangeAccountDto,
  ): Promise<Answered<StatementAccountDto>> {
    return this.saveAccount.change(caller, request, id, version, input);
  }

  @Get()
  @Requires('wallet.reconciliation:read')
  @Answers(StatementAccountDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<StatementAccountDto>> {
    return this.queries.list(caller.merchantId, query);
  }

  @Get(':id')
  @Requires('wallet.reconciliation:read')
  @Answers(StatementAccountDto)
  async one(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StatementAccountDto> {
    const account = await this.queries.one(caller.merchantId, id);
    tag(reply, account.version);
    return account;
  }
}
