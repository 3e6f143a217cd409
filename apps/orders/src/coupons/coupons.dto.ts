import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Matches, Max, Min, ValidateIf } from 'class-validator';
import { IsCurrency, IsMinor } from '@florin/http';
import { Id, IsInstant, Optional } from '../input';
import { largestOrderMinor } from '../pricing/price-waterfall';
import type { CouponRow } from './coupons.repository';

const mostUses = 1_000_000_000;

export class CreateCouponDto {
  /** What shoppers type; without it a random one is made. */
  @Optional()
  @Matches(/^\s*[A-Za-z0-9_-]{3,40}\s*$/, { message: 'code must be 3 to 40 letters, digits, - or _' })
  code?: string;
  @IsIn(['percent', 'fixed']) kind: 'percent' | 'fixed';
  /** For a percentage only, in basis points: 1250 is 12.5 %. */
  @ValidateIf((input: CreateCouponDto) => input.kind === 'percent') @IsInt() @Min(1) @Max(10_000) percent_bps?: number;
  /** For a fixed amount only, in minor units of the merchant's currency. */
  @ValidateIf((input: CreateCouponDto) => input.kind === 'fixed')
  @IsMinor({ min: 1, max: largestOrderMinor })
  amount_minor?: number;
  /** The list price of the goods must reach this. */
  @Optional() @IsMinor({ max: largestOrderMinor }) min_spend_minor = 0;
  /** From now unless said. */
  @Optional() @IsInstant() valid_from?: string;
  @Optional() @IsInstant() valid_until?: string;
  @Optional() @IsInt() @Min(1) @Max(mostUses) max_uses?: number;
  @Optional() @IsInt() @Min(1) @Max(mostUses) max_uses_per_member?: number;
}

/** What is left out stays; null takes a limit away. */
export class ChangeCouponDto {
  @Optional() @IsBoolean() active?: boolean;
  @IsOptional() @IsInstant() valid_until?: string | null;
  @IsOptional() @IsInt() @Min(1) @Max(mostUses) max_uses?: number | null;
  @IsOptional() @IsInt() @Min(1) @Max(mostUses) max_uses_per_member?: number | null;
}

export class CouponDto {
  @Id() id: string;
  @Id() merchant_id: string;
  @IsString() code: string;
  @IsIn(['percent', 'fixed']) kind: 'percent' | 'fixed';
  @IsOptional() @IsInt() percent_bps: number | null;
  @IsOptional() @IsMinor() amount_minor: number | null;
  @IsOptional() @IsCurrency() currency: string | null;
  @IsMinor() min_spend_minor: number;
  @IsInstant() valid_from: string;
  @IsOptional() @IsInstant() valid_until: string | null;
  @IsOptional() @IsInt() max_uses: number | null;
  @IsOptional() @IsInt() max_uses_per_member: number | null;
  /** Uses reserved by running checkouts or confirmed by completed ones. */
  @IsInt() taken: number;
  @IsBoolean() active: boolean;
  @IsInt() version: number;
  @IsInstant() created_at: string;
  @IsInstant() updated_at: string;
}

export function couponDto(row: CouponRow): CouponDto {
  const { created_by: _, ...shown } = row;
  return {
    ...shown,
    valid_from: row.valid_from.toISOString(),
    valid_until: row.valid_until?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
