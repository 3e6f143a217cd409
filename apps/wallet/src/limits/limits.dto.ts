import { BoundedText, IsCurrency, IsId, IsMinor, PageQuery } from '@florin/http';
import { Type } from 'class-transformer';
import { IsArray, IsDate, IsIn, IsInt, IsOptional, IsString, IsTimeZone, ValidateNested } from 'class-validator';
import type { FlowLimits, FreezeScope, LimitRules } from './limit-rules';
import { Optional } from '../optional';

/** The most that one kind of movement may be, in minor units; null is no limit. */
export class FlowLimitsDto implements FlowLimits {
  @IsOptional() @IsMinor() per_transaction_minor?: number | null;
  @IsOptional() @IsMinor() per_day_minor?: number | null;
  @IsOptional() @IsMinor() per_month_minor?: number | null;
}

export class LimitRulesDto implements LimitRules {
  /** The most that may be in a wallet; refunds and cashback come in all the same. */
  @IsOptional() @IsMinor() max_balance_minor?: number | null;
  @Optional() @ValidateNested() @Type(() => FlowLimitsDto) topup?: FlowLimitsDto;
  @Optional() @ValidateNested() @Type(() => FlowLimitsDto) spend?: FlowLimitsDto;
  @Optional() @ValidateNested() @Type(() => FlowLimitsDto) transfer?: FlowLimitsDto;
  @Optional() @ValidateNested() @Type(() => FlowLimitsDto) withdraw?: FlowLimitsDto;
  @Optional() @ValidateNested() @Type(() => FlowLimitsDto) exchange?: FlowLimitsDto;
  /** Whose days and months are counted; UTC unless said. */
  @Optional() @IsTimeZone() time_zone?: string;
}

export class SaveLimitsDto {
  @IsCurrency() currency: string;
  @ValidateNested() @Type(() => LimitRulesDto) rules: LimitRulesDto;
  @BoundedText(300) reason: string;
}

/** One version of the limits; version 0 stands for none yet. */
export class LimitsDto {
  @IsCurrency() currency: string;
  /** Null for those of everybody. */
  @IsOptional() @IsId() member_id: string | null;
  @IsInt() version: number;
  @ValidateNested() @Type(() => LimitRulesDto) rules: LimitRulesDto;
  @IsOptional() @IsString() reason: string | null;
  @IsOptional() @IsString() changed_by: string | null;
  @IsOptional() @IsDate() changed_at: Date | null;
}

export class LimitUseDto {
  @IsString() operation: string;
  /** `day:2026-11-21` or `month:2026-11`. */
  @IsString() period: string;
  @IsMinor() used_minor: number;
}

/** What holds for one member, and what of it is used up. */
export class MemberLimitsDto extends LimitsDto {
  /** Those of everybody with the member's own put over them. */
  @ValidateNested() @Type(() => LimitRulesDto) effective: LimitRulesDto;
  @IsArray() @ValidateNested({ each: true }) @Type(() => LimitUseDto) used: LimitUseDto[];
}

export class LimitsQuery {
  @IsCurrency() currency: string;
}

export class LimitsHistoryQuery extends PageQuery {
  @IsCurrency() currency: string;
}

export class FreezeWalletDto {
  /** `debits` keeps money in; `all` keeps it out as well, but for refunds. */
  @IsIn(['debits', 'all']) scope: FreezeScope;
  @BoundedText(300) reason: string;
}

export class LiftFreezeDto {
  @BoundedText(300) reason: string;
}

export class FreezeDto {
  @IsId() id: string;
  @IsId() member_id: string;
  @IsIn(['debits', 'all']) scope: FreezeScope;
  @IsString() reason: string;
  @IsString() frozen_by: string;
  @IsDate() frozen_at: Date;
  @IsOptional() @IsString() lifted_by: string | null;
  @IsOptional() @IsString() lift_reason: string | null;
  @IsOptional() @IsDate() lifted_at: Date | null;
}
