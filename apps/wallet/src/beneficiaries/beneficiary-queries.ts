import { Reads } from '@florin/database';
import { decodeCursor, page, type Page, type PageQuery } from '@florin/http';
import { Injectable } from '@nestjs/common';
import { BeneficiariesRepository, type Sought } from './beneficiaries.repository';
import type { BeneficiariesQuery, BeneficiaryDto } from './beneficiary.dto';

/** Beneficiaries, newest first and masked. */
@Injectable()
export class BeneficiaryQueries {
  constructor(
    private readonly reads: Reads,
    private readonly beneficiaries: BeneficiariesRepository,
  ) {}

  mine(merchantId: string, memberId: string, query: PageQuery): Promise<Page<BeneficiaryDto>> {
    return this.paged({ merchantId, memberId, withRemoved: false }, query);
  }

  all(merchantId: string, query: BeneficiariesQuery): Promise<Page<BeneficiaryDto>> {
    const { member_id: memberId, verification } = query;
    return this.paged({ merchantId, memberId, verification, withRemoved: true }, query);
  }

  private async paged(sought: Omit<Sought, 'limit' | 'afterId'>, query: PageQuery): Promise<Page<BeneficiaryDto>> {
    const afterId = decodeCursor(query.cursor, { id: 'id' })?.id;
    const rows = await this.beneficiaries.list(this.reads, { ...sought, afterId, limit: query.limit + 1 });
    return page(rows, query.limit, ({ id }) => ({ id }));
  }
}
