import { Reads } from '@florin/database';
import { decodeCursor, page, type Page } from '@florin/http';
import { Injectable } from '@nestjs/common';
import { quoteNotFound } from './accept-quote';
import type { QuoteDto, RateDto, RatesQuery } from './exchange.dto';
import { ExchangeRepository } from './exchange.repository';

@Injectable()
export class ExchangeQueries {
  constructor(
    private readonly reads: Reads,
    private readonly exchange: ExchangeRepository,
  ) {}

  /** Everything that was said about rates, newest first. */
  async rates(merchantId: string, query: RatesQuery): Promise<Page<RateDto>> {
    const after = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.exchange.rates(this.reads, merchantId, query, after?.id, query.limit + 1);
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  async quote(merchantId: string, memberId: string, id: string): Promise<QuoteDto> {
    const quote = await this.exchange.quote(this.reads, merchantId, memberId, id);
    if (!quote) throw quoteNotFound();
    return quote;
  }
}
