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
import { Body, Controller, Get, Header, HttpCode, Post, Query, StreamableFile } from '@nestjs/common';
import {
  AssignDto,
  ExceptionDetailDto,
  ExceptionDto,
  ExceptionFilter,
  ExceptionsQuery,
  MatchByHandDto,
  ReasonDto,
} from './exception.dto';
import { ExceptionQueries } from './exception-queries';
import { ResolveException } from './resolve-exception';

@Controller('reconciliation/exceptions')
export class ExceptionsController {
  constructor(
    private readonly resolveException: ResolveException,
    private readonly queries: ExceptionQueries,
  ) {}

  /** Lines that nothing explains and payments that no line explains, newest first. */
  @Get()
  @Requires('wallet.reconciliation:read')
  @Answers(ExceptionDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: ExceptionsQuery): Promise<Page<ExceptionDto>> {
    return this.queries.list(caller.merchantId, query);
  }

  /** The same as CSV (RFC 4180), all of them that the filter lets through. */
  @Get('export')
  @Requires('wallet.reconciliation:read')
  @Header('content-disposition', 'attachment; filename="exceptions.csv"')
  @Answers()
  export(@CurrentCaller() caller: Caller, @Query() query: ExceptionFilter): StreamableFile {
    return new StreamableFile(this.queries.csv(caller.merchantId, query), { type: 'text/csv; charset=utf-8' });
  }

  @Get(':id')
  @Requires('wallet.reconciliation:read')
  @Answers(ExceptionDetailDto)
  one(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<ExceptionDetailDto> {
    return this.queries.one(caller.merchantId, id);
  }

  @Post(':id/assign')
  @HttpCode(200)
  @Requires('wallet.reconciliation:write')
  @Idempotent()
  @Answers(ExceptionDetailDto)
  assign(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() input: AssignDto,
  ): Promise<Answered<ExceptionDetailDto>> {
    return this.resolveException.assign(caller, request, id, input.assigned_to);
  }

  /** Says what the line is about. */
  @Post(':id/match')
  @HttpCode(200)
  @Requires('wallet.reconciliation:write')
  @Idempotent()
  @Answers(ExceptionDetailDto)
  match(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() input: MatchByHandDto,
  ): Promise<Answered<ExceptionDetailDto>> {
    return this.resolveException.match(caller, request, id, input);
  }

  /** Books the line as a difference; above the account's limit somebody else has to approve it. */
  @Post(':id/write-off')
  @HttpCode(200)
  @Requires('wallet.reconciliation:write')
  @Idempotent()
  @Answers(ExceptionDetailDto)
  writeOff(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() input: ReasonDto,
  ): Promise<Answered<ExceptionDetailDto>> {
    return this.resolveException.writeOff(caller, request, id, input.reason);
  }

  @Post(':id/approve')
  @HttpCode(200)
  @Requires('wallet.reconciliation:write')
  @Idempotent()
  @Answers(ExceptionDetailDto)
  approve(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
  ): Promise<Answered<ExceptionDetailDto>> {
    return this.resolveException.approve(caller, request, id);
  }

  @Post(':id/reject')
  @HttpCode(200)
  @Requires('wallet.reconciliation:write')
  @Idempotent()
  @Answers(ExceptionDetailDto)
  reject(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() input: ReasonDto,
  ): Promise<Answered<ExceptionDetailDto>> {
    return this.resolveException.reject(caller, request, id, input.reason);
  }

  @Post(':id/ignore')
  @HttpCode(200)
  @Requires('wallet.reconciliation:write')
  @Idempotent()
  @Answers(ExceptionDetailDto)
  ignore(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() input: ReasonDto,
  ): Promise<Answered<ExceptionDetailDto>> {
    return this.resolveException.ignore(caller, request, id, input.reason);
  }
}
