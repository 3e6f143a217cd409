import { BoundedText, IsCurrency, IsId, IsMinor, PageQuery } from '@florin/http';
import { IsBoolean, IsDate, IsIn, IsInt, IsOptional, IsString, Matches, ValidateBy } from 'class-validator';
import { IsInstant } from '../instants';
import { Optional } from '../optional';

/** As exact as the table keeps it: 12 digits before the point and 12 behind it. */
const ratePattern = /^\d{1,12}(\.\d{1,12})?$/;
export const isRate = (value: unknown): value is string =>
  typeof value === 'string' && ratePattern.test(value) && /[1-9]/.test(value);
const mostMinor = 1_000_000_000_00;
const longestFile = 500_000;

export class AddRateDto {
  @IsCurrency() base: string;
  @IsCurrency() quote: string;
  /** How many of `quote` one of `base` is, as a decimal: a number of JSON would not be exact. */
  @Matches(ratePattern, { message: 'rate must be a decimal such as "1.0843"' })
  @ValidateBy({ name: 'isAboveZero', validator: { validate: isRate, defaultMessage: () => 'rate must be above zero' } })
  rate: string;
  /** Who says so. */
  @BoundedText(100) source: string;
  /** From now unless said. */
  @Optional() @IsInstant() valid_from?: string;
}

export class ImportRatesDto {
  /** CSV with the columns base, quote, rate, source, valid_from. */
  @BoundedText(longestFile) csv: string;
}

export class ImportedRatesDto {
  @IsInt() added: number;
  /** Rates that had been said before, word for word. */
  @IsInt() known: number;
}

export class RateDto {
  @IsId() id: string;
  @IsCurrency() base: string;
  @IsCurrency() quote: string;
  @IsString() rate: string;
  @IsString() source: string;
  @IsDate() valid_from: Date;
  @IsString() added_by: string;
  @IsDate() added_at: Date;
}

export class RatesQuery extends PageQuery {
  @IsOptional() @IsCurrency() base?: string;
  @IsOptional() @IsCurrency() quote?: string;
}

export class AskQuoteDto {
  @IsCurrency() from_currency: string;
  @IsCurrency() to_currency: string;
  /** What is given; either this or `to_minor`. */
  @Optional() @IsMinor({ min: 1, max: mostMinor }) from_minor?: number;
  /** What is wanted. */
  @Optional() @IsMinor({ min: 1, max: mostMinor }) to_minor?: number;
}

export class QuoteDto {
  @IsId() id: string;
  @IsCurrency() from_currency: string;
  @IsCurrency() to_currency: string;
  @IsMinor() from_minor: number;
  @IsMinor() to_minor: number;
  @IsId() rate_id: string;
  /** The stored rate, before the spread. */
  @IsString() rate: string;
  /** The stored rate is of the other direction. */
  @IsBoolean() inverted: boolean;
  @IsInt() spread_bps: number;
  @IsDate() expires_at: Date;
  @IsOptional() @IsIn(['conversion', 'checkout']) used_for: string | null;
  @IsOptional() @IsDate() used_at: Date | null;
}
