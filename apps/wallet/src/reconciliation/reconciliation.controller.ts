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
} from '@florin/http';
import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { MatchDto, ReasonDto } from './exception.dto';
import { MatchQueries } from './match-queries';
import { ReportDto, ReportQuery } from './report.dto';
import { ReportQueries } from './report-queries';
import { StatementsQuery } from './statement.dto';
import { UndoMatch } from './undo-match';

@Controller('reconciliation')
export class ReconciliationController {
  constructor(
    private readonly undoMatch: UndoMatch,
    private readonly report: ReportQueries,
    private readonly reads: Reads,
  ) {}

  /** What the statements of an account say beside what the books say, with the difference explained. */
  @Get('report')
  @Requires('wallet.reconciliation:read')
  @Answers(ReportDto)
  compare(@CurrentCaller() caller: Caller, @Query() query: ReportQuery): Promise<ReportDto> {
    return this.report.of(caller.merchantId, query);
  }

  /** What explains what, newest first; also what was undone. */
  @Get('matches')
  @Requires('wallet.reconciliation:read')
  @Answers(MatchDto, { page: true })
  async matches(@CurrentCaller() caller: Caller, @Query() query: StatementsQuery): Promise<Page<MatchDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const account = query.account_id ?? null;
    const queries = new MatchQueries(this.reads);
    const rows = await queries.list(caller.merchantId, account, after?.id ?? null, query.limit + 1);
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  /** Takes a match back by linked journals; its lines are open again. */
  @Post('matches/:id/undo')
  @HttpCode(200)
  @Requires('wallet.reconciliation:admin')
  @Idempotent()
  @Answers(MatchDto)
  undo(
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
    @IdParam('id') id: string,
    @Body() input: ReasonDto,
  ): Promise<Answered<MatchDto>> {
    return this.undoMatch.execute(caller, request, id, input.reason);
  }
}
