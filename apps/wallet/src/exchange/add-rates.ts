import type { Caller } from '@florin/access';
import { isUniqueViolation, Transactions, type Tx } from '@florin/database';
import { type Answered, created, Idempotency, type IdempotentRequest, isCurrency } from '@florin/http';
import { type Clock, newId, present, Refusal } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import type { AddRateDto, ImportedRatesDto, RateDto } from './exchange.dto';
import { ExchangeRepository } from './exchange.repository';
import { readRates } from './read-rates';

/** Writes rates down. They are never changed: a wrong one is followed by a right one. */
@Injectable()
export class AddRates {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly exchange: ExchangeRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Refuses with 409 `rate_known` another rate of one source, pair and instant, with 422 a currency for itself. */
  one({ merchantId, subject }: Caller, request: IdempotentRequest, input: AddRateDto): Promise<Answered<RateDto>> {
    if (input.base === input.quote)
      throw Refusal.field('unprocessable', 'quote', 'same_currency', 'A currency is always worth itself.');
    return this.adding((tx) =>
      this.idempotency.once(tx, request, async () => {
        const now = this.clock.now();
        const { base, quote, rate, source } = input;
        const validFrom = input.valid_from === undefined ? now : new Date(input.valid_from);
        const id = newId();
        const added = await this.exchange.addRates(
          tx,
          merchantId,
          [{ id, base, quote, rate, source, validFrom }],
          subject,
          now,
        );
        if (added === 0) throw rateKnown();
        return created(present(await this.exchange.rate(tx, merchantId, id), 'a rate that was just added is there'));
      }),
    );
  }

  /** All lines of a file or none. Refuses with 422 what cannot be read, naming the lines. */
  file({ merchantId, subject }: Caller, request: IdempotentRequest, csv: string): Promise<Answered<ImportedRatesDto>> {
    const rates = readRates(csv, isCurrency);
    return this.adding((tx) =>
      this.idempotency.once(tx, request, async () => {
        const now = this.clock.now();
        const dated = rates.map((rate) => ({ ...rate, id: newId(), validFrom: rate.validFrom ?? now }));
        const added = await this.exchange.addRates(tx, merchantId, dated, subject, now);
        return created({ added, known: rates.length - added });
      }),
    );
  }

  private async adding<T>(work: (tx: Tx) => Promise<Answered<T>>): Promise<Answered<T>> {
    try {
      return await this.transactions.run(work);
    } catch (error) {
      if (isUniqueViolation(error, 'exchange_rates_said_once')) throw rateKnown();
      throw error;
    }
  }
}

const rateKnown = (): Refusal =>
  new Refusal('conflict', 'rate_known', 'This source has said what that pair is worth at that instant.');
