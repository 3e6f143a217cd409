import type { Tx } from '@florin/database';
import { assert, Refusal } from '@florin/kernel';
import { type AccountInput, Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { exchangePositionAccount, walletAccount } from '../accounts/money-accounts';
import { OpenWallets } from '../accounts/open-wallets';
import { Limits } from '../limits/limits';
import { exchanges } from './exchange-metrics';
import type { Quote } from './exchange.repository';

/**
 * The journal of an exchange: two assets, each of which sums to zero. What the member gives goes into the merchant's position
 * in that currency, what they get comes out of the position in the other.
 */
@Injectable()
export class BookExchange {
  constructor(
    private readonly openWallets: OpenWallets,
    private readonly limits: Limits,
    private readonly ledger: Ledger,
  ) {}

  /** Refuses with 422 `insufficient_funds` and what the limits refuse. */
  async within(tx: Tx, quote: Quote): Promise<void> {
    const { id, merchantId, memberId, fromCurrency, toCurrency, fromMinor, toMinor } = quote;
    const from = { merchantId, memberId, currency: fromCurrency };
    const to = { merchantId, memberId, currency: toCurrency };
    await this.openWallets.within(tx, [from, to]);
    const taken = await this.limits.take(tx, [
      { ...from, key: `exchange:${id}:given`, operation: 'exchange', amountMinor: fromMinor },
      { ...to, key: `exchange:${id}:got`, operation: 'receive', amountMinor: toMinor },
    ]);
    for (const answer of taken) if (!answer.ok) throw new Refusal('unprocessable', answer.code, answer.reason);
    await this.ledger.open(tx, positionsOf(quote));
    const [posted] = await this.ledger.post(tx, [
      {
        key: `exchange:${id}`,
        kind: 'exchange',
        reference: `exchange:${id}`,
        metadata: { rate_id: quote.rateId, spread_bps: quote.spreadBps },
        postings: [
          { account: walletAccount(from), amountMinor: -fromMinor },
          { account: exchangePositionAccount(merchantId, fromCurrency), amountMinor: fromMinor },
          { account: exchangePositionAccount(merchantId, toCurrency), amountMinor: -toMinor },
          { account: walletAccount(to), amountMinor: toMinor },
        ],
      },
    ]);
    if (posted?.ok === false && posted.code === 'insufficient_funds')
      throw new Refusal('unprocessable', 'insufficient_funds', 'The wallet does not hold that much.');
    if (posted?.ok === false && posted.code === 'account_closed')
      throw new Refusal('unprocessable', 'wallet_closed', 'One of the two wallets is closed.');
    assert(posted?.ok, `an exchange is postable: ${posted?.ok === false ? posted.detail : ''}`);
    exchanges.inc({ pair: `${fromCurrency}-${toCurrency}` });
  }
}

/** The merchant's positions that an exchange goes through. */
export function positionsOf({ merchantId, fromCurrency, toCurrency }: Quote): AccountInput[] {
  return [fromCurrency, toCurrency].map((currency) => ({
    code: exchangePositionAccount(merchantId, currency),
    asset: currency,
    allowNegative: true,
  }));
}
