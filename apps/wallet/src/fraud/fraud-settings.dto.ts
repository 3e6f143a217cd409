import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsDate,
  IsIn,
  IsInt,
  IsNumber,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import type { FraudSettings } from './fraud-settings';
import { type Window, windows } from './windows';

/** A rule that is certain adds at most all there is. */
const mostWeight = 100;
/** More can only be looked up, not looked after, by hand. */
const mostListed = 500;
const mostCount = 10_000;

export class FrequencyLimitDto {
  @IsIn(windows)
  window: Window;

  @IsInt()
  @Min(1)
  @Max(mostCount)
  at_most: number;
}

export class FrequencyDto {
  @IsInt()
  @Min(0)
  @Max(mostWeight)
  weight: number;

  @IsArray()
  @ArrayMaxSize(windows.length)
  @ValidateNested({ each: true })
  @Type(() => FrequencyLimitDto)
  limits: FrequencyLimitDto[];
}

export class AmountDto {
  @IsInt()
  @Min(0)
  @Max(mostWeight)
  weight: number;

  @IsInt()
  @Min(1)
  @Max(60)
  min_history: number;

  @IsNumber({ allowNaN: false, allowInfinity: false })
  @Min(1)
  @Max(1_000)
  most_excess: number;

  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  round_to_minor: number;

  /** A limit that people stay just below; 0 for none. */
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  threshold_minor: number;

  @IsInt()
  @Min(1)
  @Max(5_000)
  threshold_within_bps: number;

  /** Amounts up to this are what stolen cards are tried with. */
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  small_minor: number;

  @IsInt()
  @Min(2)
  @Max(17)
  pattern_at_least: number;

  @IsIn(windows)
  pattern_window: Window;
}

export class GeographyDto {
  @IsInt()
  @Min(0)
  @Max(mostWeight)
  weight: number;

  /** ISO 3166-1 alpha-2. */
  @IsArray()
  @ArrayMaxSize(250)
  @ArrayUnique()
  @Matches(/^[A-Z]{2}$/, { each: true })
  high_risk_countries: string[];

  @IsInt()
  @Min(1)
  @Max(100_000)
  most_speed_kmh: number;

  @IsInt()
  @Min(0)
  @Max(20_000)
  slack_km: number;

  @IsInt()
  @Min(1)
  @Max(40)
  min_history: number;
}

export class AddressDto {
  @IsInt()
  @Min(0)
  @Max(mostWeight)
  weight: number;

  @IsIn(windows)
  window: Window;

  @IsInt()
  @Min(1)
  @Max(mostCount)
  members_at_most: number;

  @IsInt()
  @Min(1)
  @Max(mostCount)
  cards_at_most: number;

  /** Addresses, or networks from /8 to /24 (IPv4) and /16 to /48 (IPv6): refused whatever else is so. */
  @IsArray()
  @ArrayMaxSize(mostListed)
  @IsString({ each: true })
  @MaxLength(50, { each: true })
  denied: string[];

  /** Shared or our own: nobody is counted there. */
  @IsArray()
  @ArrayMaxSize(mostListed)
  @IsString({ each: true })
  @MaxLength(50, { each: true })
  allowed: string[];

  /** Of proxies and hosting companies. */
  @IsArray()
  @ArrayMaxSize(mostListed)
  @IsString({ each: true })
  @MaxLength(50, { each: true })
  proxies: string[];
}

export class VelocityDto {
  @IsInt()
  @Min(0)
  @Max(mostWeight)
  weight: number;

  @IsIn(windows)
  window: Window;

  @IsInt()
  @Min(1)
  @Max(mostCount)
  cards_per_member: number;

  @IsInt()
  @Min(1)
  @Max(mostCount)
  members_per_card: number;

  @IsInt()
  @Min(1)
  @Max(40)
  declines_in_row: number;
}

export class ModelDto {
  /** 0 leaves the model out. */
  @IsInt()
  @Min(0)
  @Max(mostWeight)
  weight: number;

  @IsInt()
  @Min(20)
  @Max(1_000_000)
  min_examples: number;

  @IsNumber({ allowNaN: false, allowInfinity: false })
  @Min(0.5)
  @Max(1)
  min_auc: number;
}

/** What a merchant sets of the fraud check. */
export class SaveFraudSettingsDto implements FraudSettings {
  /** From this score on a person looks at it; 101 is never. */
  @IsInt()
  @Min(1)
  @Max(101)
  review_from: number;

  /** From this score on it is refused; 101 is never. */
  @IsInt()
  @Min(1)
  @Max(101)
  deny_from: number;

  @IsInt()
  @Min(1)
  @Max(10_080)
  review_minutes: number;

  @IsIn(['deny', 'approve'])
  on_expiry: 'deny' | 'approve';

  @ValidateNested()
  @Type(() => FrequencyDto)
  frequency: FrequencyDto;

  @ValidateNested()
  @Type(() => AmountDto)
  amount: AmountDto;

  @ValidateNested()
  @Type(() => GeographyDto)
  geography: GeographyDto;

  @ValidateNested()
  @Type(() => AddressDto)
  address: AddressDto;

  @ValidateNested()
  @Type(() => VelocityDto)
  velocity: VelocityDto;

  @ValidateNested()
  @Type(() => ModelDto)
  model: ModelDto;
}

/** One version of them. Version 0 is what holds until a merchant says otherwise. */
export class FraudSettingsDto {
  @IsInt()
  version: number;

  @ValidateNested()
  @Type(() => SaveFraudSettingsDto)
  settings: SaveFraudSettingsDto;

  @IsString()
  created_by: string;

  @IsDate()
  created_at: Date;
}
