import { BoundedText, IsCurrency, IsId, PageQuery } from '@florin/http';
import { maxTextLength } from '@florin/ledger';
import { IsBoolean, IsDate, IsIn, IsInt, IsObject, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { IsInstant } from '../instants';

const longestName = 60;
const holdStates = ['open', 'captured', 'voided', 'expired'] as const;

export class AccountsQuery extends PageQuery {
  /** Codes that begin so. */
  @IsOptional()
  @BoundedText(maxTextLength)
  prefix?: string;

  @IsOptional()
  @BoundedText(maxTextLength)
  asset?: string;

  /** `name:value`, as the account is labelled. */
  @IsOptional()
  @Matches(/^[a-z][a-z0-9_-]{0,59}:.{1,100}$/)
  label?: string;

  /** Archived ones are hidden unless asked for. */
  @IsOptional()
  @IsIn(['hidden', 'shown', 'only'])
  archived: 'hidden' | 'shown' | 'only' = 'hidden';
}

export class OpenAccountDto {
  /** Becomes `merchant:<id>:books:<name>:<currency>`. */
  @Matches(/^[a-z][a-z0-9-]*$/)
  @MaxLength(longestName)
  name: string;

  @IsCurrency()
  currency: string;

  /** For accounts that stand for the outside: their balance may fall below zero. */
  @IsBoolean()
  allow_negative: boolean;
}

export class InstantQuery {
  /** Counts only what was effective by then. */
  @IsOptional()
  @IsInstant()
  as_of?: string;

  /** Counts only what the books knew by then. */
  @IsOptional()
  @IsInstant()
  known_at?: string;
}

export class AccountDto {
  @IsString()
  code: string;

  @IsString()
  asset: string;

  @IsBoolean()
  allow_negative: boolean;

  /** The sum of all postings. */
  @IsInt()
  posted_minor: number;

  /** What open holds hold back. */
  @IsInt()
  held_minor: number;

  /** The difference: what can be spent. */
  @IsInt()
  available_minor: number;

  @IsObject()
  labels: Record<string, string>;

  @IsDate()
  opened_at: Date;

  @IsOptional()
  @IsDate()
  archived_at: Date | null;
}

export class AccountStatementQuery extends PageQuery {
  /** By insertion: from this instant on. */
  @IsOptional()
  @IsInstant()
  from?: string;

  /** Before this instant. */
  @IsOptional()
  @IsInstant()
  to?: string;
}

export class AccountLineDto {
  /** Number of the posting on its account, from 1, without gaps. */
  @IsInt()
  seq: number;

  @IsId()
  journal_id: string;

  @IsString()
  kind: string;

  @IsOptional()
  @IsString()
  reference: string | null;

  @IsInt()
  amount_minor: number;

  @IsInt()
  balance_after_minor: number;

  @IsDate()
  inserted_at: Date;

  @IsDate()
  effective_at: Date;
}

export class HoldsQuery extends PageQuery {
  @IsOptional()
  @IsIn(holdStates)
  status?: (typeof holdStates)[number];
}

export class HoldDto {
  @IsId()
  id: string;

  @IsInt()
  amount_minor: number;

  @IsInt()
  captured_minor: number;

  @IsIn(holdStates)
  status: string;

  @IsOptional()
  @IsString()
  reference: string | null;

  @IsOptional()
  @IsDate()
  expires_at: Date | null;

  @IsDate()
  created_at: Date;

  @IsOptional()
  @IsDate()
  closed_at: Date | null;
}
