import { Reads } from '@florin/database';
import { decodeCursor, page, type Page, type PageQuery } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { LineDto, StatementDto, StatementsQuery } from './statement.dto';
import { StatementsRepository } from './statements.repository';

/** The statements of a merchant. */
@Injectable()
export class StatementQueries {
  constructor(
    private readonly statements: StatementsRepository,
    private readonly reads: Reads,
  ) {}

  async list(merchantId: string, query: StatementsQuery): Promise<Page<StatementDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const account = query.account_id ?? null;
    const rows = await this.statements.list(this.reads, merchantId, account, after?.id ?? null, query.limit + 1);
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  async one(merchantId: string, id: string): Promise<StatementDto> {
    const statement = await this.statements.one(this.reads, merchantId, id);
    if (!statement) throw new Refusal('not_found', 'statement_not_found', 'There is no such statement.');
    return statement;
  }

  async lines(merchantId: string, id: string, query: PageQuery): Promise<Page<LineDto>> {
    const after = decodeCursor(query.cursor, { line_no: 'number' });
    const statement = await this.one(merchantId, id);
    const rows = await this.statements.lines(this.reads, statement.id, after?.line_no ?? 0, query.limit + 1);
    return page(rows, query.limit, ({ line_no }) => ({ line_no }));
  }
}
