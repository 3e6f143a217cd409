import type { PaymentReserve } from '@florin/contracts';
import type { Tx } from '@florin/database';
import type { Clock } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { OpenWallets } from '../accounts/open-wallets';
import { positionsOf } from './book-exchange';
import { ExchangeRepository, type Quote } from './exchange.repository';
import { quoteNo } from './quote-rules';

export type Quoted = { ok: true; quote: Quote } | { ok: false; code: string; reason: string };

/** Quotes that pay checkouts: the money is held in the currency it is in, and changes hands when the checkout is captured. */
@Injectable()
export class ExchangeForCheckouts {
  constructor(
    private readonly exchange: ExchangeRepository,
    private readonly openWallets: OpenWallets,
    private readonly ledger: Ledger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Locks the quotes that are named and says of each checkout whether its quote is for exactly what it has to pay. */
  async of(tx: Tx, asked: readonly PaymentReserve[]): Promise<Map<string, Quoted>> {
    const naming = asked.filter(({ exchangeQuoteId }) => exchangeQuoteId !== undefined);
    if (naming.length === 0) return new Map();
    const quotes = await this.exchange.lockQuotes(
      tx,
      naming.flatMap(({ exchangeQuoteId }) => exchangeQuoteId ?? []),
    );
    const now = this.clock.now();
    const taken = new Set<string>();
    const answers = naming.map((data): [string, Quoted] => {
      const quote = quotes.get(data.exchangeQuoteId ?? '');
      const no = !quote || !isFor(quote, data) || taken.has(quote.id) ? notForThis : quoteNo(quote, now);
      if (!quote || no) return [data.checkoutId, { ok: false, ...(no ?? notForThis) }];
      taken.add(quote.id);
      return [data.checkoutId, { ok: true, quote }];
    });
    const good = answers.flatMap(([, answer]) => (answer.ok ? [answer.quote] : []));
    if (good.length > 0) {
      await this.openWallets.within(
        tx,
        good.map(({ merchantId, memberId, fromCurrency: currency }) => ({ merchantId, memberId, currency })),
      );
      const positions = new Map(good.flatMap(positionsOf).map((account) => [account.code, account]));
      await this.ledger.open(tx, [...positions.values()]);
    }
    return new Map(answers);
  }

  /** The quotes are held for these checkouts: nobody can use them again. */
  async used(tx: Tx, uses: readonly { quoteId: string; checkoutId: string }[]): Promise<void> {
    if (uses.length === 0) return;
    await this.exchange.useQuotes(
      tx,
      'checkout',
      uses.map(({ quoteId, checkoutId }) => ({ id: quoteId, usedBy: checkoutId })),
      this.clock.now(),
    );
  }
}

const notForThis = { code: 'quote_mismatch', reason: 'The quote is not for this payment.' };

const isFor = (quote: Quote, data: PaymentReserve): boolean =>
  quote.merchantId === data.merchantId &&
  quote.memberId === data.memberId &&
  quote.toCurrency === data.currency &&
  quote.toMinor === data.walletMinor;
