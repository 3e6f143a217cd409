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
  page,
  type Page,
  PageQuery,
} from '@florin/http';
import { Refusal } from '@florin/kernel';
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
import { StatementsRepository } from './statements.repository';

const file = { schema: { type: 'string', format: 'binary' } } as const;

@Controller(statementsPath)
export class StatementsController {
  constructor(
    private readonly bodies: StatementBodies,
    private readonly importStatement: ImportAndReconcile,
    private readonly tryOut: DryRun,
    private readonly statements: StatementsRepository,
    private readonly reads: Reads,
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
  async list(@CurrentCaller() caller: Caller, @Query() query: StatementsQuery): Promise<Page<StatementDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const account = query.account_id ?? null;
    const rows = await this.statements.list(this.reads, caller.merchantId, account, after?.id ?? null, query.limit + 1);
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  @Get(':id')
  @Requires('wallet.reconciliation:read')
  @Answers(StatementDto)
  one(@CurrentCaller() caller: Caller, @IdParam('id') id: string): Promise<StatementDto> {
    return this.found(caller, id);
  }

  /** The lines of a statement in its order, each with what explains it. */
  @Get(':id/lines')
  @Requires('wallet.reconciliation:read')
  @Answers(LineDto, { page: true })
  async lines(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Query() query: PageQuery,
  ): Promise<Page<LineDto>> {
    const after = decodeCursor(query.cursor, { line_no: 'number' });
    const statement = await this.found(caller, id);
    const rows = await this.statements.lines(this.reads, statement.id, after?.line_no ?? 0, query.limit + 1);
    return page(rows, query.limit, ({ line_no }) => ({ line_no }));
  }

  private async found(caller: Caller, id: string): Promise<StatementDto> {
    const statement = await this.statements.one(this.reads, caller.merchantId, id);
    if (!statement) throw new Refusal('not_found', 'statement_not_found', 'There is no such statement.');
    return statement;
  }
}
