import type { Caller } from '@florin/access';
import { exchangeCompleted } from '@florin/contracts';
import { Transactions, type Tx } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { type Clock, present, Refusal } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { BookExchange } from './book-exchange';
import type { QuoteDto } from './exchange.dto';
import { ExchangeRepository, type Quote } from './exchange.repository';
import { quoteNo } from './quote-rules';

export const quoteNotFound = (): Refusal => new Refusal('not_found', 'quote_not_found', 'There is no such quote.');

/** Exchanges a member's money as it was quoted, once. */
@Injectable()
export class AcceptQuote {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly exchange: ExchangeRepository,
    private readonly bookExchange: BookExchange,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Refuses with 404 a quote of somebody else, with 409 one that is used or expired, with 422 what wallet or limits do not allow. */
  execute(
    { merchantId, subject: memberId }: Caller,
    request: IdempotentRequest,
    id: string,
  ): Promise<Answered<QuoteDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const quote = (await this.exchange.lockQuotes(tx, [id])).get(id);
        if (quote?.merchantId !== merchantId || quote.memberId !== memberId) throw quoteNotFound();
        const now = this.clock.now();
        const no = quoteNo(quote, now);
        if (no) throw new Refusal('conflict', no.code, no.reason);
        await this.bookExchange.within(tx, quote);
        await this.exchange.useQuotes(tx, 'conversion', [{ id, usedBy: null }], now);
        await this.tell(tx, quote);
        return ok(present(await this.exchange.quote(tx, merchantId, memberId, id), 'a locked quote is there'));
      }),
    );
  }

  private async tell(tx: Tx, quote: Quote): Promise<void> {
    const { id: quoteId, merchantId, memberId, fromCurrency, toCurrency, fromMinor, toMinor } = quote;
    const said = { quoteId, merchantId, memberId, fromCurrency, fromMinor, toCurrency, toMinor };
    await this.outbox.add(tx, exchangeCompleted, quoteId, said);
  }
}
