import { type Caller, CurrentCaller, Requires } from '@florin/access';
import { Answers, IdParam } from '@florin/http';
import { Controller, Get, Headers, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { csvOf } from './statement-csv';
import { StatementDto, StatementQuery } from './statement.dto';
import { StatementQueries } from './statement-queries';

@Controller('wallet')
export class StatementsController {
  constructor(private readonly queries: StatementQueries) {}

  /** JSON, or CSV for `Accept: text/csv`; the cursor of the next page is then in the header Next-Cursor. */
  @Get('statements')
  @Requires('wallet.own:read')
  @Answers(StatementDto)
  async mine(
    @CurrentCaller() caller: Caller,
    @Query() query: StatementQuery,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StatementDto | string> {
    return shown(await this.queries.one(caller.merchantId, caller.subject, query), query, accept, reply);
  }

  @Get('members/:id/statements')
  @Requires('wallet.account:read')
  @Answers(StatementDto)
  async ofMember(
    @CurrentCaller() caller: Caller,
    @IdParam('id') id: string,
    @Query() query: StatementQuery,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StatementDto | string> {
    return shown(await this.queries.one(caller.merchantId, id, query), query, accept, reply);
  }
}

function shown(
  statement: StatementDto,
  query: StatementQuery,
  accept: string | undefined,
  reply: FastifyReply,
): StatementDto | string {
  void reply.header('vary', 'Accept');
  if (!/^text\/csv\b/i.test(accept ?? '')) return statement;
  if (statement.next_cursor !== null) void reply.header('next-cursor', statement.next_cursor);
  void reply.type('text/csv; charset=utf-8; header=present');
  return csvOf(statement, query.cursor === undefined);
}
