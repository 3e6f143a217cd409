import { BoundedText, IsCurrency, IsId } from '@florin/http';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsDate,
  IsIn,
  IsInt,
  IsOptional,
  IsTimeZone,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import type { ProgramRules } from './program-rules';

const mostPoints = 1_000_000_000;

export class TierDto {
  @BoundedText(50)
  name: string;

  /** Qualifying points from which the tier holds; the first tier's is 0. */
  @IsInt()
  @Min(0)
  @Max(mostPoints)
  threshold: number;

  /** Basis points: 12500 earns 1.25 times. */
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  multiplier_bps: number;
}

export class EarningDto {
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  points: number;

  @IsInt()
  @Min(1)
  @Max(1_000_000_000)
  per_minor: number;

  @IsBoolean()
  include_tax: boolean;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(mostPoints)
  max_per_order?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(mostPoints)
  max_per_day?: number;
}

export class CashbackDto {
  @IsInt()
  @Min(1)
  @Max(10_000)
  rate_bps: number;

  @IsInt()
  @Min(0)
  @Max(365)
  hold_days: number;
}

export class ProgramRulesDto implements ProgramRules {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @ValidateNested({ each: true })
  @Type(() => TierDto)
  tiers: TierDto[];

  @ValidateNested()
  @Type(() => EarningDto)
  earning: EarningDto;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(36_500)
  expiry_days?: number;

  @IsOptional()
  @ValidateNested()
  @Type(() => CashbackDto)
  cashback?: CashbackDto;
}

export class SaveProgramDto {
  @BoundedText(200)
  name: string;

  @IsCurrency()
  currency: string;

  @IsTimeZone()
  time_zone: string;

  /** Orders of this merchant and currency earn in the default program. */
  @IsBoolean()
  is_default: boolean;

  @ValidateNested()
  @Type(() => ProgramRulesDto)
  rules: ProgramRulesDto;
}

export class ProgramDto extends SaveProgramDto {
  @IsId()
  id: string;

  @IsId()
  merchant_id: string;

  @IsIn(['active', 'suspended'])
  status: string;

  @IsInt()
  version: number;

  @IsDate()
  created_at: Date;

  @IsDate()
  updated_at: Date;
}
