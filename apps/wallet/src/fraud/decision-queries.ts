import { Reads } from '@florin/database';
import { decodeCursor, page, type Page } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { DecisionsRepository } from './decisions.repository';
import type { DecisionDetailDto, DecisionDto, DecisionsQuery } from './fraud.dto';

export const decisionNotFound = (): Refusal =>
  new Refusal('not_found', 'fraud_decision_not_found', 'There is no such decision.');

/** What was decided about payments, newest first, and why. */
@Injectable()
export class DecisionQueries {
  constructor(
    private readonly reads: Reads,
    private readonly decisions: DecisionsRepository,
  ) {}

  async list(merchantId: string, query: DecisionsQuery): Promise<Page<DecisionDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.decisions.list(this.reads, merchantId, query, after?.id);
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  async one(merchantId: string, id: string): Promise<DecisionDetailDto> {
    const decision = await this.decisions.detail(this.reads, merchantId, id);
    if (!decision) throw decisionNotFound();
    return decision;
  }
}
