import { type Caller, CurrentCaller, Requires } from '@florin/access';
import {
  type Answered,
  Answers,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  IdParam,
  type Page,
  PageQuery,
} from '@florin/http';
import { Controller, Get, HttpCode, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { DryRun } from './dry-run';
import { ImportAndReconcile } from './import-and-reconcile';
import {
  DryRunDto,
  DryRunQuery,
  ImportDto,
  ImportQuery,
  LineDto,
  StatementDto,
  StatementsQuery,
} from './statement.dto';
import { StatementBodies, statementsPath } from './statement-bodies';
import { StatementQueries } from './statement-queries';

const file = { schema: { type: 'string', format: 'binary' } } as const;

@Controller(statementsPath)
export class StatementsController {
  constructor(
    private readonly bodies: StatementBodies,
    private readonly importStatement: ImportAndReconcile,
    private readonly tryOut: DryRun,
    private readonly queries: StatementQueries,
  ) {}

  /** Takes a statement: CSV as the account's mapping says, or camt.053. The same file again gives the same answer. */
  @Post()
  @Requires('wallet.reconciliation:write')
  @Idempotent()
  @ApiConsumes('text/csv', 'application/xml')
  @ApiBody(file)
  @Answers(ImportDto, { status: 201 })
  import(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Query() query: ImportQuery,
    @Req() http: FastifyRequest,
  ): Promise<Answered<ImportDto>> {
    return this.bodies.withFile(http, (sent) => this.importStatement.execute(caller, request, query, sent));
  }

  /** Reads and checks a statement and says what the rules would make of it; keeps nothing. */
  @Post('dry-run')
  @HttpCode(200)
  @Requires('wallet.reconciliation:write')
  @Idempotent()
  @ApiConsumes('text/csv', 'application/xml')
  @ApiBody(file)
  @Answers(DryRunDto)
  dryRun(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @Query() query: DryRunQuery,
    @Req() http: FastifyRequest,
  ): Promise<Answered<DryRunDto>> {
    return this.bodies.withFile(http, (sent) => this.tryOut.execute(caller, request, query.account_id, sent));
  }

  @Get()
  @Requires('wallet.reconciliation:read')
  @Answers(StatementDto, { page: true })
  list(@CurrentCaller() caller: Caller, @Query() query: StatementsQuery): Promise<Page<StatementDto>> {
    return this.queries.list(caller.merchantId, query);
  }

  @Get(':id')
  @Requires('wallet.reconciliation:read')
  @Answers(StatementDto)
  one(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<StatementDto> {
    return this.queries.one(caller.merchantId, id);
  }

  /** The lines of a statement in its order, each with what explains it. */
  @Get(':id/lines')
  @Requires('wallet.reconciliation:read')
  @Answers(LineDto, { page: true })
  lines(@CurrentCaller() caller: Caller, @IdParam('id') id: string, @Query() query: PageQuery): Promise<Page<LineDto>> {
    return this.queries.lines(caller.merchantId, id, query);
  }
}
