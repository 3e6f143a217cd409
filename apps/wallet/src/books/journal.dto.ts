import { BoundedText, IsCurrency, IsId, IsMinor, PageQuery } from '@florin/http';
import { maxPostings, maxTextLength } from '@florin/ledger';
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
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { IsInstant } from '../instants';

const longestReason = 500;
const mostJournals = 100;

export class PostingPlanDto {
  /** Code of one of the merchant's accounts. */
  @BoundedText(maxTextLength)
  account: string;

  /** Signed minor units: what the account's balance changes by. The ledger refuses zero. */
  @IsInt()
  @Min(Number.MIN_SAFE_INTEGER)
  @Max(Number.MAX_SAFE_INTEGER)
  amount_minor: number;
}

export class JournalPlanDto {
  /** Sums to zero per currency. */
  @IsArray()
  @ArrayMinSize(2)
  @ArrayMaxSize(maxPostings)
  @ValidateNested({ each: true })
  @Type(() => PostingPlanDto)
  postings: PostingPlanDto[];

  /** The business event behind it. */
  @IsOptional()
  @BoundedText(maxTextLength)
  reference?: string;

  /** When it counts; the moment of insertion when left out. */
  @IsOptional()
  @IsInstant()
  effective_at?: string;
}

export class PostJournalDto extends JournalPlanDto {
  @BoundedText(longestReason)
  reason: string;
}

export class MoveDto {
  @BoundedText(maxTextLength)
  from: string;

  @BoundedText(maxTextLength)
  to: string;

  @IsCurrency()
  currency: string;

  @IsMinor({ min: 1 })
  amount_minor: number;

  @IsOptional()
  @BoundedText(maxTextLength)
  reference?: string;

  @BoundedText(longestReason)
  reason: string;
}

export class BulkDto {
  /** All or none; else each by itself. */
  @IsBoolean()
  atomic: boolean;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(mostJournals)
  @ValidateNested({ each: true })
  @Type(() => JournalPlanDto)
  journals: JournalPlanDto[];

  @BoundedText(longestReason)
  reason: string;
}

export class ReverseDto {
  /** `original` counts as if the journal had never been; `now` from today on. */
  @IsIn(['now', 'original'])
  at: 'now' | 'original';

  @BoundedText(longestReason)
  reason: string;
}

export class WrittenJournalDto {
  @IsOptional()
  @IsId()
  journal_id: string | null;

  /** Why it was refused. */
  @IsOptional()
  @IsString()
  code: string | null;

  @IsOptional()
  @IsString()
  detail: string | null;
}

export class AccountBalanceDto {
  @IsString()
  account: string;

  @IsString()
  asset: string;

  @IsInt()
  posted_minor: number;

  @IsInt()
  held_minor: number;

  @IsInt()
  available_minor: number;
}

export class WrittenDto {
  /** `proposed` waits for somebody else's yes. */
  @IsIn(['posted', 'proposed', 'dry_run'])
  state: 'posted' | 'proposed' | 'dry_run';

  @IsOptional()
  @IsId()
  proposal_id: string | null;

  /** One per journal, in the order asked. */
  @ValidateNested({ each: true })
  @Type(() => WrittenJournalDto)
  journals: WrittenJournalDto[];

  /** Of the accounts that were touched, right after it. */
  @ValidateNested({ each: true })
  @Type(() => AccountBalanceDto)
  balances: AccountBalanceDto[];
}

export class PostingDto {
  @IsString()
  account: string;

  @IsString()
  asset: string;

  @IsInt()
  amount_minor: number;

  @IsInt()
  balance_after_minor: number;
}

export class JournalDto {
  @IsId()
  id: string;

  @IsString()
  kind: string;

  @IsOptional()
  @IsString()
  reference: string | null;

  @IsOptional()
  @IsId()
  reverses: string | null;

  @IsOptional()
  @IsId()
  reversed_by: string | null;

  @IsDate()
  inserted_at: Date;

  @IsDate()
  effective_at: Date;

  @IsOptional()
  @IsObject()
  metadata: Record<string, unknown> | null;

  @ValidateNested({ each: true })
  @Type(() => PostingDto)
  postings: PostingDto[];
}

export class JournalsQuery extends PageQuery {
  @IsOptional()
  @BoundedText(maxTextLength)
  reference?: string;

  @IsOptional()
  @BoundedText(maxTextLength)
  kind?: string;

  @IsOptional()
  @IsInstant()
  effective_from?: string;

  @IsOptional()
  @IsInstant()
  effective_to?: string;

  @IsOptional()
  @IsInstant()
  inserted_from?: string;

  @IsOptional()
  @IsInstant()
  inserted_to?: string;
}
