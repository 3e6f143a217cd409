import { type Caller, CurrentCaller, Requires } from '@florin/access';
import { Reads } from '@florin/database';
import {
  type Answered,
  Answers,
  decodeCursor,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IdParam,
  IfMatch,
  page,
  type Page,
  PageQuery,
  tag,
} from '@florin/http';
import { Body, Controller, Get, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ChangeAccountDto, CreateAccountDto, StatementAccountDto } from './account.dto';
import { AccountsRepository } from './accounts.repository';
import { accountNotFound, SaveAccount } from './save-account';

@Controller('reconciliation/accounts')
export class AccountsController {
  constructor(
    private readonly saveAccount: SaveAccount,
    private readonly accounts: AccountsRepository,
    private readonly reads: Reads,
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
  async list(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<StatementAccountDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.accounts.list(this.reads, caller.merchantId, after?.id ?? null, query.limit + 1);
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  @Get(':id')
  @Requires('wallet.reconciliation:read')
  @Answers(StatementAccountDto)
  async one(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StatementAccountDto> {
    const account = await this.accounts.one(this.reads, caller.merchantId, id);
    if (!account) throw accountNotFound();
    tag(reply, account.version);
    return account;
  }
}
