import { Reads } from '@florin/database';
import { decodeCursor, page, type Page, type PageQuery } from '@florin/http';
import { Injectable } from '@nestjs/common';
import type { ProgramDto } from './program.dto';
import { ProgramsRepository } from './programs.repository';
import { programNotFound } from './save-program';

/** The programs of one merchant. */
@Injectable()
export class ProgramQueries {
  constructor(
    private readonly reads: Reads,
    private readonly programs: ProgramsRepository,
  ) {}

  async one(merchantId: string, id: string): Promise<ProgramDto> {
    const program = await this.programs.one(this.reads, merchantId, id);
    if (!program) throw programNotFound();
    return program;
  }

  async list(merchantId: string, query: PageQuery): Promise<Page<ProgramDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.programs.list(this.reads, merchantId, after?.id, query.limit + 1);
    return page(rows, query.limit, ({ id }) => ({ id }));
  }
}
