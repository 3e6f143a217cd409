import { BoundedText, IsCurrency, IsId, IsMinor } from '@florin/http';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsDate,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import type { AccountKind } from './account-settings';
import type { CsvColumns, CsvMapping } from './csv-mapping';
import { type DateFormat, dateFormats } from './dates';
import { type MatchingRule, type RuleMethod, ruleMethods, type TargetKind, targetKinds } from './matching-rules';
import { type LineCategory, lineCategories } from './statement-line';

const longestColumn = 100;

/** The names of columns, as they stand in the header. */
export class CsvColumnsDto implements Partial<CsvColumns> {
  /** Needed, as is booked_on. */
  @IsOptional()
  @BoundedText(longestColumn)
  reference?: string;

  @IsOptional()
  @BoundedText(longestColumn)
  booked_on?: string;

  @IsOptional()
  @BoundedText(longestColumn)
  value_on?: string;

  /** What the balance changes by, signed; where it is not named, debit and credit are. */
  @IsOptional()
  @BoundedText(longestColumn)
  amount?: string;

  @IsOptional()
  @BoundedText(longestColumn)
  debit?: string;

  @IsOptional()
  @BoundedText(longestColumn)
  credit?: string;

  @IsOptional()
  @BoundedText(longestColumn)
  fee?: string;

  @IsOptional()
  @BoundedText(longestColumn)
  currency?: string;

  @IsOptional()
  @BoundedText(longestColumn)
  account?: string;

  @IsOptional()
  @BoundedText(longestColumn)
  category?: string;

  @IsOptional()
  @BoundedText(longestColumn)
  status?: string;

  @IsOptional()
  @BoundedText(longestColumn)
  end_to_end_id?: string;

  @IsOptional()
  @BoundedText(longestColumn)
  provider_reference?: string;

  @IsOptional()
  @BoundedText(longestColumn)
  description?: string;

  /** The balance after each line. */
  @IsOptional()
  @BoundedText(longestColumn)
  balance?: string;
}

/** What is left out is as for a new account of the kind; columns are named all together. */
export class CsvMappingDto {
  @IsOptional()
  @IsIn([',', ';', '\t', '|'])
  delimiter?: CsvMapping['delimiter'];

  @IsOptional()
  @IsIn(['utf-8', 'iso-8859-1', 'windows-1252'])
  encoding?: CsvMapping['encoding'];

  @IsOptional()
  @IsIn(['.', ','])
  decimal?: CsvMapping['decimal'];

  @IsOptional()
  @IsBoolean()
  amounts_in_minor?: boolean;

  @IsOptional()
  @IsIn(dateFormats)
  date_format?: DateFormat;

  /** Lines above the header. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(100)
  skip_lines?: number;

  @IsOptional()
  @ValidateNested()
  @Type(() => CsvColumnsDto)
  columns?: CsvColumnsDto;

  /** The source's words for what a line is → payment, refund, payout, fee, dispute or other. */
  @IsOptional()
  @IsObject()
  categories?: Record<string, LineCategory>;

  /** Words in the status column of lines that are not booked yet. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @IsString({ each: true })
  @MaxLength(longestColumn, { each: true })
  pending?: string[];
}

/** A name and what it goes by are needed. */
export class MatchingRuleDto implements Partial<MatchingRule> {
  /** The match says by which rule it was made. */
  @IsOptional()
  @Matches(/^[a-z][a-z0-9-]{0,49}$/)
  name?: string;

  @IsOptional()
  @IsIn(ruleMethods)
  by?: RuleMethod;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(targetKinds.length)
  @IsIn(targetKinds, { each: true })
  kinds?: TargetKind[];

  /** Only lines of these categories; all when empty. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(lineCategories.length)
  @IsIn(lineCategories, { each: true })
  categories?: LineCategory[];

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(365)
  days_before?: number;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(365)
  days_after?: number;

  @IsOptional()
  @IsMinor({ max: 1_000_000 })
  tolerance_minor?: number;

  /** How much of the sum may be missing as a fee that no line names, in basis points. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(5_000)
  most_fee_bps?: number;
}

export class ChangeAccountDto {
  @BoundedText(100)
  name: string;

  /** Stripe's report for a processor, plain columns for a bank, unless said. */
  @IsOptional()
  @ValidateNested()
  @Type(() => CsvMappingDto)
  mapping?: CsvMappingDto;

  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @ValidateNested({ each: true })
  @Type(() => MatchingRuleDto)
  rules?: MatchingRuleDto[];

  /** A captured payment that no line explains after so many days is an exception. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(365)
  missing_after_days?: number;

  /** Writing off more than this takes a second person. */
  @IsOptional()
  @IsMinor()
  four_eyes_above_minor?: number;
}

export class CreateAccountDto extends ChangeAccountDto {
  @IsIn(['bank', 'processor'])
  kind: AccountKind;

  /** The IBAN without spaces, or the processor's id of the account: a statement of another is refused. */
  @Matches(/^[A-Za-z0-9_.:-]{1,64}$/)
  external_id: string;

  @IsCurrency()
  currency: string;
}

export class StatementAccountDto {
  @IsId()
  id: string;

  @IsIn(['bank', 'processor'])
  kind: string;

  @BoundedText(100)
  name: string;

  @BoundedText(64)
  external_id: string;

  @IsCurrency()
  currency: string;

  @ValidateNested()
  @Type(() => CsvMappingDto)
  mapping: CsvMappingDto;

  @ValidateNested({ each: true })
  @Type(() => MatchingRuleDto)
  rules: MatchingRuleDto[];

  @IsInt()
  missing_after_days: number;

  @IsMinor()
  four_eyes_above_minor: number;

  @IsInt()
  version: number;

  @IsDate()
  created_at: Date;

  @IsDate()
  updated_at: Date;
}
