import { Reads } from '@florin/database';
import { decodeCursor, page, type Page } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { ReviewDto, ReviewsQuery } from './fraud.dto';
import { ReviewsRepository } from './reviews.repository';

export const reviewNotFound = (): Refusal =>
  new Refusal('not_found', 'fraud_review_not_found', 'There is no such review.');

/** The queue of payments that wait for a person, and what became of them. */
@Injectable()
export class ReviewQueries {
  constructor(
    private readonly reads: Reads,
    private readonly reviews: ReviewsRepository,
  ) {}

  async list(merchantId: string, query: ReviewsQuery): Promise<Page<ReviewDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.reviews.list(this.reads, merchantId, query, after?.id);
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  async one(merchantId: string, id: string): Promise<ReviewDto> {
    const review = await this.reviews.one(this.reads, merchantId, id);
    if (!review) throw reviewNotFound();
    return review;
  }
}
