import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { type Answered, created, Idempotency, type IdempotentRequest } from '@florin/http';
import { type Clock, newId, present, Refusal, secondMs } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { FindSettings } from '../settings/find-settings';
import type { AskQuoteDto, QuoteDto } from './exchange.dto';
import { ExchangeRepository, type StandingRate } from './exchange.repository';
import { bought, cost } from './exchange-sums';

/** Promises a member what one amount costs in another currency, for a short while. Holds nothing and moves nothing. */
@Injectable()
export class AskQuote {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly settings: FindSettings,
    private readonly exchange: ExchangeRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * For what is given or for what is wanted, one of the two. Refuses with 422 `rate_unknown` a pair without a rate,
   * `amount_too_small` what is worth nothing there, `amount_too_large` what cannot be counted.
   */
  execute(caller: Caller, request: IdempotentRequest, input: AskQuoteDto): Promise<Answered<QuoteDto>> {
    checkAsked(input);
    const { merchantId, subject: memberId } = caller;
    const { from_currency: fromCurrency, to_currency: toCurrency } = input;
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const now = this.clock.now();
        const { spread_bps: spreadBps, quote_seconds: seconds } = (await this.settings.of(tx, merchantId)).exchange;
        const rate = await this.exchange.standing(tx, merchantId, fromCurrency, toCurrency, now);
        if (!rate) throw new Refusal('unprocessable', 'rate_unknown', 'There is no rate between these two currencies.');
        const id = newId();
        await this.exchange.insertQuote(tx, {
          ...amountsOf(input, rate, spreadBps),
          id,
          merchantId,
          memberId,
          fromCurrency,
          toCurrency,
          rateId: rate.id,
          inverted: rate.inverted,
          spreadBps,
          createdAt: now,
          expiresAt: new Date(now.getTime() + seconds * secondMs),
          usedFor: null,
        });
        return created(present(await this.exchange.quote(tx, merchantId, memberId, id), 'a quote just made is there'));
      }),
    );
  }
}

function checkAsked(input: AskQuoteDto): void {
  if (input.from_currency === input.to_currency)
    throw Refusal.field('unprocessable', 'to_currency', 'same_currency', 'A currency is always worth itself.');
  if ((input.from_minor === undefined) === (input.to_minor === undefined))
    throw Refusal.field(
      'unprocessable',
      'from_minor',
      'one_amount',
      'Say what is given or what is wanted, one of them.',
    );
}

function amountsOf(input: AskQuoteDto, rate: StandingRate, spreadBps: number): { fromMinor: number; toMinor: number } {
  const pair = { from: input.from_currency, to: input.to_currency };
  const amounts =
    input.from_minor !== undefined
      ? { fromMinor: input.from_minor, toMinor: bought(input.from_minor, pair, rate, spreadBps) }
      : { fromMinor: cost(input.to_minor ?? 0, pair, rate, spreadBps), toMinor: input.to_minor ?? 0 };
  if (amounts.toMinor === 0)
    throw Refusal.field(
      'unprocessable',
      'from_minor',
      'amount_too_small',
      'That is worth less than the smallest coin.',
    );
  if (!Number.isSafeInteger(amounts.fromMinor) || !Number.isSafeInteger(amounts.toMinor))
    throw new Refusal('unprocessable', 'amount_too_large', 'That is more than can be counted.');
  return amounts;
}
