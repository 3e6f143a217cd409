import { Reads } from '@florin/database';
import { decodeCursor, page, type Page, type PageQuery } from '@florin/http';
import { Injectable } from '@nestjs/common';
import type { StatementAccountDto } from './account.dto';
import { AccountsRepository } from './accounts.repository';
import { accountNotFound } from './save-account';

/** The accounts of a merchant that statements come of. */
@Injectable()
export class AccountQueries {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly reads: Reads,
  ) {}

  async list(merchantId: string, query: PageQuery): Promise<Page<StatementAccountDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.accounts.list(this.reads, merchantId, after?.id ?? null, query.limit + 1);
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  async one(merchantId: string, id: string): Promise<StatementAccountDto> {
    const account = await this.accounts.one(this.reads, merchantId, id);
    if (!account) throw accountNotFound();
    return account;
  }
}
