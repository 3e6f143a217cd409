import { BoundedText, IsCurrency, IsId } from '@florin/http';
import { Type } from 'class-transformer';
import { IsBoolean, IsDate, IsIn, IsInt, IsOptional, IsString, Matches, ValidateNested } from 'class-validator';
import { type CohortLine, type ProgramLine, programLines } from './close-period';
import type { Close } from './closes.repository';

const month = /^20\d{2}-(0[1-9]|1[0-2])$/;

export class PrepareCloseDto {
  /** A month in UTC that is over: `2026-11`. */
  @Matches(month, { message: '$property must be a month such as 2026-11' })
  period: string;
}

/** opening + additions − clawed back − redeemed − breakage − expired = closing, in minor units. */
export class ProgramLineDto implements ProgramLine {
  @IsId()
  program_id: string;

  @IsCurrency()
  currency: string;

  @IsInt()
  outstanding_points: number;

  /** Points that will be redeemed in the end, those that are redeemed among them; 80 % interval. */
  @IsInt()
  expected_points: number;

  @IsInt()
  expected_low_points: number;

  @IsInt()
  expected_high_points: number;

  @IsInt()
  opening_minor: number;

  /** Of the price of orders, what stands for the points that they earned. */
  @IsInt()
  additions_minor: number;

  /** Of that, what refunds gave back to the goods. */
  @IsInt()
  clawed_back_minor: number;

  /** Revenue of the month's redemptions, as expected at its beginning. */
  @IsInt()
  redeemed_minor: number;

  /** What a new estimate changes in all that was redeemed; may be below zero. */
  @IsInt()
  breakage_minor: number;

  /** What expiry made certain. */
  @IsInt()
  expired_minor: number;

  @IsInt()
  closing_minor: number;

  /** Of additions less clawbacks, what is dated into months that were closed before. */
  @IsInt()
  prior_period_minor: number;
}

export class CohortLineDto extends ProgramLineDto implements CohortLine {
  /** Month of issue. */
  @IsString()
  cohort: string;

  @IsInt()
  issued_points: number;

  @IsInt()
  redeemed_points: number;

  @IsInt()
  expired_points: number;

  @IsInt()
  price_minor: number;

  @IsInt()
  recognised_minor: number;
}

export class CloseDto {
  @IsId()
  id: string;

  @IsString()
  period: string;

  @IsIn(['prepared', 'closed'])
  state: string;

  /** SHA-256 over inputs, result and the close before, in hex. */
  @IsString()
  hash: string;

  @IsOptional()
  @IsString()
  previous_hash: string | null;

  @IsString()
  prepared_by: string;

  @IsDate()
  prepared_at: Date;

  @IsOptional()
  @IsString()
  approved_by: string | null;

  @IsOptional()
  @IsDate()
  closed_at: Date | null;

  /** The roll-forward of each program. */
  @ValidateNested({ each: true })
  @Type(() => ProgramLineDto)
  programs: ProgramLineDto[];
}

/** A close without its lines. */
export class CloseHeadDto {
  @IsId()
  id: string;

  @IsString()
  period: string;

  @IsIn(['prepared', 'closed'])
  state: string;

  @IsString()
  hash: string;

  @IsOptional()
  @IsDate()
  closed_at: Date | null;
}

export class CheckDto {
  @IsString()
  name: string;

  @IsBoolean()
  ok: boolean;

  @IsString()
  expected: string;

  @IsString()
  found: string;
}

export class VerificationDto {
  @IsId()
  close_id: string;

  @IsString()
  period: string;

  @IsIn(['prepared', 'closed'])
  state: string;

  /** Whether every check holds. */
  @IsBoolean()
  ok: boolean;

  @ValidateNested({ each: true })
  @Type(() => CheckDto)
  checks: CheckDto[];
}

/** Which accounts of the merchant's own general ledger the books go to. */
export class GlAccountsDto {
  @BoundedText(50)
  sales: string;

  @BoundedText(50)
  contract_liability: string;

  @BoundedText(50)
  points_revenue: string;

  @BoundedText(50)
  breakage_income: string;
}

export class GlAccountMapDto extends GlAccountsDto {
  @IsInt()
  version: number;
}

export function closeDto(close: Close, lines: readonly CohortLine[]): CloseDto {
  return {
    id: close.id,
    period: close.period,
    state: close.state,
    hash: close.hash,
    previous_hash: close.previousHash,
    prepared_by: close.preparedBy,
    prepared_at: close.preparedAt,
    approved_by: close.approvedBy,
    closed_at: close.closedAt,
    programs: programLines(lines),
  };
}
