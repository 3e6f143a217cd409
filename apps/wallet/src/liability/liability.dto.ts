import { IsCurrency, IsId, PageQuery } from '@florin/http';
import { Type } from 'class-transformer';
import { IsDate, IsIn, IsInt, IsOptional, IsString, Matches, ValidateNested } from 'class-validator';

export const groupings = ['kind', 'currency', 'merchant', 'program', 'member', 'cohort', 'funder'] as const;
export type Grouping = (typeof groupings)[number];

export class LiabilityQuery extends PageQuery {
  /** An instant, by effective date; now when left out. */
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  as_of?: Date;

  @IsIn(groupings)
  by: Grouping = 'kind';
}

export class OwedDto {
  /** `points`, `wallet`, `cashback`, `gift_card`, `store_credit`, `payout`, `prefunding`, `partner`. */
  @IsString()
  kind: string;

  @IsCurrency()
  currency: string;

  @IsInt()
  owed_minor: number;
}

export class OwedGroupDto {
  /** Of the grouping: a program, a member, a month of issue, a funder … Null for what has none. */
  @IsOptional()
  @IsString()
  key: string | null;

  @IsCurrency()
  currency: string;

  /** Points that are outstanding. */
  @IsInt()
  points: number;

  @IsInt()
  owed_minor: number;
}

/** How much is owed, for what and to whom. The totals are the ledger's; the groups of all pages sum to them. */
export class LiabilityDto {
  @IsDate()
  as_of: Date;

  @ValidateNested({ each: true })
  @Type(() => OwedDto)
  totals: OwedDto[];

  @ValidateNested({ each: true })
  @Type(() => OwedGroupDto)
  data: OwedGroupDto[];

  @IsOptional()
  @IsString()
  next_cursor: string | null;

  @IsIn([true, false])
  has_more: boolean;
}

export class LotsQuery extends PageQuery {
  @IsOptional()
  @IsId()
  member_id?: string;

  @IsOptional()
  @IsId()
  program_id?: string;

  /** Month of issue. */
  @IsOptional()
  @Matches(/^20\d{2}-(0[1-9]|1[0-2])$/, { message: '$property must be a month such as 2026-11' })
  cohort?: string;
}

export class FunderDto {
  @IsString()
  funder: string;

  @IsInt()
  share_bps: number;
}

export class LotDto {
  @IsId()
  id: string;

  @IsId()
  program_id: string;

  @IsId()
  member_id: string;

  @IsOptional()
  @IsId()
  order_id: string | null;

  @IsCurrency()
  currency: string;

  @IsString()
  cohort: string;

  @IsInt()
  points: number;

  @IsInt()
  outstanding_points: number;

  /** Its part of the order's price, less what clawbacks gave back. */
  @IsInt()
  price_minor: number;

  /** What of it is no revenue yet. */
  @IsInt()
  owed_minor: number;

  @IsDate()
  issued_at: Date;

  @IsOptional()
  @IsDate()
  expires_at: Date | null;

  @ValidateNested({ each: true })
  @Type(() => FunderDto)
  funders: FunderDto[];
}

export class LotEventDto {
  @IsIn(['earned', 'redeemed', 'expired', 'clawed_back'])
  kind: string;

  /** The receipt, redemption, expiry or refund. */
  @IsId()
  source_id: string;

  @IsInt()
  points: number;

  @IsInt()
  price_minor: number;

  /** The month that it counts in. */
  @IsString()
  period: string;

  @IsDate()
  happened_at: Date;

  /** The journal in the ledger, where money moved at once. */
  @IsOptional()
  @IsId()
  journal_id: string | null;
}

/** Why a lot is owed. */
export class LotDetailDto extends LotDto {
  @ValidateNested({ each: true })
  @Type(() => LotEventDto)
  events: LotEventDto[];
}
