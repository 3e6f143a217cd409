import type { Readable } from 'node:stream';
import { Reads } from '@florin/database';
import { decodeCursor, page, type Page } from '@florin/http';
import { Injectable } from '@nestjs/common';
import type { ExceptionDetailDto, ExceptionDto, ExceptionFilter, ExceptionsQuery } from './exception.dto';
import { ExceptionsRepository } from './exceptions.repository';
import { exceptionsAsCsv } from './exceptions-csv';
import { exceptionNotFound } from './resolve-exception';

/** What nothing explains at a merchant. */
@Injectable()
export class ExceptionQueries {
  constructor(
    private readonly exceptions: ExceptionsRepository,
    private readonly reads: Reads,
  ) {}

  async list(merchantId: string, query: ExceptionsQuery): Promise<Page<ExceptionDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.exceptions.list(this.reads, merchantId, query, after?.id ?? null, query.limit + 1);
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  csv(merchantId: string, filter: ExceptionFilter): Readable {
    return exceptionsAsCsv(this.exceptions, this.reads, merchantId, filter);
  }

  async one(merchantId: string, id: string): Promise<ExceptionDetailDto> {
    const exception = await this.exceptions.one(this.reads, merchantId, id);
    if (!exception) throw exceptionNotFound();
    return { ...exception, steps: await this.exceptions.steps(this.reads, id) };
  }
}
