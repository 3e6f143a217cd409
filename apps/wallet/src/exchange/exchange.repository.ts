import type { Tx } from '@florin/database';
import type { QuoteDto, RateDto } from './exchange.dto';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface NewRate {
  id: string;
  base: string;
  quote: string;
  rate: string;
  source: string;
  validFrom: Date;
}

export interface StandingRate {
  id: string;
  rate: string;
  inverted: boolean;
}

export interface Quote {
  id: string;
  merchantId: string;
  memberId: string;
  fromCurrency: string;
  toCurrency: string;
  fromMinor: number;
  toMinor: number;
  rateId: string;
  inverted: boolean;
  spreadBps: number;
  createdAt: Date;
  expiresAt: Date;
  usedFor: 'conversion' | 'checkout' | null;
}

const columns = `id, merchant_id AS "merchantId", member_id AS "memberId", from_currency AS "fromCurrency", to_currency AS "toCurrency",
  from_minor AS "fromMinor", to_minor AS "toMinor", rate_id AS "rateId", inverted, spread_bps AS "spreadBps", created_at AS "createdAt",
  expires_at AS "expiresAt", used_for AS "usedFor"`;
const shown = `quote.id, from_currency, to_currency, from_minor, to_minor, rate_id, trim_scale(rate.rate)::text AS rate, inverted, spread_bps, expires_at,
  used_for, used_at`;

/** SQL of rates and quotes. */
export class ExchangeRepository {
  /** Gives how many were new; what was said before, word for word, is passed over. */
  async addRates(tx: Tx, merchantId: string, rates: readonly NewRate[], addedBy: string, now: Date): Promise<number> {
    return tx.execute(
      `INSERT INTO exchange_rates (id, merchant_id, base, quote, rate, source, valid_from, added_by, added_at)
       SELECT new.id, $1, new.base, new.quote, new.rate, new.source, new.valid_from, $8, $9
       FROM unnest($2::uuid[], $3::text[], $4::text[], $5::numeric[], $6::text[], $7::timestamptz[]) AS new (id, base, quote, rate, source, valid_from)
       WHERE NOT EXISTS (SELECT 1 FROM exchange_rates AS known WHERE known.merchant_id = $1 AND known.base = new.base::char(3) AND known.quote = new.quote::char(3)
         AND known.valid_from = new.valid_from AND known.source = new.source AND known.rate = new.rate)`,
      [
        merchantId,
        rates.map((rate) => rate.id),
        rates.map((rate) => rate.base),
        rates.map((rate) => rate.quote),
        rates.map((rate) => rate.rate),
        rates.map((rate) => rate.source),
        rates.map((rate) => rate.validFrom),
        addedBy,
        now,
      ],
    );
  }

  async rate(source: Queries, merchantId: string, id: string): Promise<RateDto | undefined> {
    const [rate] = await source.query<RateDto>(
      `SELECT id, base, quote, trim_scale(rate)::text AS rate, source, valid_from, added_by, added_at FROM exchange_rates WHERE merchant_id = $1 AND id = $2`,
      [merchantId, id],
    );
    return rate;
  }

  /** Newest first. */
  rates(
    source: Queries,
    merchantId: string,
    pair: { base?: string | undefined; quote?: string | undefined },
    beforeId: string | undefined,
    limit: number,
  ): Promise<RateDto[]> {
    return source.query<RateDto>(
      `SELECT id, base, quote, trim_scale(rate)::text AS rate, source, valid_from, added_by, added_at FROM exchange_rates
       WHERE merchant_id = $1 AND ($2::char(3) IS NULL OR base = $2::char(3)) AND ($3::char(3) IS NULL OR quote = $3::char(3))
         AND ($4::uuid IS NULL OR id < $4::uuid) ORDER BY id DESC LIMIT $5`,
      [merchantId, pair.base ?? null, pair.quote ?? null, beforeId ?? null, limit],
    );
  }

  /** The rate that stands for one in the other; that of the other direction where there is none of this. */
  async standing(
    source: Queries,
    merchantId: string,
    from: string,
    to: string,
    now: Date,
  ): Promise<StandingRate | undefined> {
    const [rate] = await source.query<StandingRate>(
      `(SELECT id, trim_scale(rate)::text AS rate, false AS inverted FROM exchange_rates
        WHERE merchant_id = $1 AND base = $2 AND quote = $3 AND valid_from <= $4 ORDER BY valid_from DESC, id DESC LIMIT 1)
       UNION ALL
       (SELECT id, trim_scale(rate)::text, true FROM exchange_rates
        WHERE merchant_id = $1 AND base = $3 AND quote = $2 AND valid_from <= $4 ORDER BY valid_from DESC, id DESC LIMIT 1)
       ORDER BY inverted LIMIT 1`,
      [merchantId, from, to, now],
    );
    return rate;
  }

  async insertQuote(tx: Tx, quote: Quote): Promise<void> {
    await tx.execute(
      `INSERT INTO exchange_quotes (id, merchant_id, member_id, from_currency, to_currency, from_minor, to_minor, rate_id, inverted, spread_bps, created_at,
                                    expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        quote.id,
        quote.merchantId,
        quote.memberId,
        quote.fromCurrency,
        quote.toCurrency,
        quote.fromMinor,
        quote.toMinor,
        quote.rateId,
        quote.inverted,
        quote.spreadBps,
        quote.createdAt,
        quote.expiresAt,
      ],
    );
  }

  async quote(source: Queries, merchantId: string, memberId: string, id: string): Promise<QuoteDto | undefined> {
    const [quote] = await source.query<QuoteDto>(
      `SELECT ${shown} FROM exchange_quotes AS quote JOIN exchange_rates AS rate ON rate.id = quote.rate_id
       WHERE quote.id = $1 AND quote.merchant_id = $2 AND quote.member_id = $3`,
      [id, merchantId, memberId],
    );
    return quote;
  }

  async lockQuotes(tx: Tx, ids: readonly string[]): Promise<Map<string, Quote>> {
    const rows = await tx.query<Quote>(
      `SELECT ${columns} FROM exchange_quotes WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`,
      [ids],
    );
    return new Map(rows.map((quote) => [quote.id, quote]));
  }

  async useQuotes(
    tx: Tx,
    usedFor: 'conversion' | 'checkout',
    uses: readonly { id: string; usedBy: string | null }[],
    now: Date,
  ): Promise<void> {
    await tx.execute(
      `UPDATE exchange_quotes AS quote SET used_for = $3, used_by = used.by, used_at = $4
       FROM unnest($1::uuid[], $2::uuid[]) AS used (id, by) WHERE quote.id = used.id`,
      [uses.map(({ id }) => id), uses.map(({ usedBy }) => usedBy), usedFor, now],
    );
  }
}
