import { IsCurrency, IsMinor, PageQuery } from '@florin/http';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsDate,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';

const mostMinor = 1_000_000_000_00;
const longestCoolDownMinutes = 30 * 24 * 60;

export class SettingsQuery {
  @IsCurrency()
  currency: string;
}

export class SettingsHistoryQuery extends PageQuery {
  @IsCurrency()
  currency: string;
}

/** The rules of one currency; amounts in its minor units. */
export class PayoutRulesDto {
  @IsMinor({ min: 1, max: mostMinor })
  minimum_minor: number;

  @IsMinor({ min: 1, max: mostMinor })
  maximum_minor: number;

  @IsMinor({ max: mostMinor })
  fee_fixed_minor: number;

  /** Of the amount: 100 is one per cent. */
  @IsInt()
  @Min(0)
  @Max(5_000)
  fee_basis_points: number;

  /** Below this nobody has to look; 0 for never. */
  @IsMinor({ max: mostMinor })
  auto_approve_below_minor: number;

  /** From here on it takes two people. */
  @IsMinor({ min: 1, max: mostMinor })
  second_approver_from_minor: number;

  /** How long a new beneficiary waits for its first use. */
  @IsInt()
  @Min(0)
  @Max(longestCoolDownMinutes)
  cool_down_minutes: number;

  /** Only to beneficiaries that staff have verified. */
  @IsBoolean()
  verified_only: boolean;

  /** `HH:MM` in UTC at which batches are gathered; none: every minute. */
  @IsArray()
  @ArrayMaxSize(24)
  @ArrayUnique()
  @IsString({ each: true })
  @Matches(/^([01]\d|2[0-3]):[0-5]\d$/, { each: true, message: 'each value in $property must be a time such as 16:00' })
  batch_times: string[];
}

/** The rules, and of which currency. */
export class SavePayoutSettingsDto extends PayoutRulesDto {
  @IsCurrency()
  currency: string;
}

export class PayoutSettingsDto {
  @IsCurrency()
  currency: string;

  /** 0 until somebody sets something; the ETag. */
  @IsInt()
  version: number;

  @ValidateNested()
  @Type(() => PayoutRulesDto)
  rules: PayoutRulesDto;

  @IsOptional()
  @IsString()
  changed_by: string | null;

  @IsOptional()
  @IsDate()
  changed_at: Date | null;
}
