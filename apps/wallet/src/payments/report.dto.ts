import { IsCurrency, IsMinor } from '@florin/http';
import { Type } from 'class-transformer';
import { IsDate, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';

export class ReportQuery {
  /** Payments made then or later. */
  @Type(() => Date)
  @IsDate()
  from: Date;

  /** Made before then; up to 366 days later. */
  @Type(() => Date)
  @IsDate()
  to: Date;

  @IsCurrency()
  currency: string;
}

export class ReportRowDto {
  /** UTC, `YYYY-MM-DD`. */
  @IsString()
  day: string;

  @IsString()
  processor: string;

  @IsString()
  state: string;

  @IsInt()
  payments: number;

  @IsMinor()
  amount_minor: number;

  @IsMinor()
  captured_minor: number;

  @IsMinor()
  refunded_minor: number;

  @IsMinor()
  settled_minor: number;

  @IsMinor()
  fee_minor: number;
}

export class DeclineReasonDto {
  @IsString()
  processor: string;

  @IsString()
  code: string;

  @IsInt()
  payments: number;

  @IsMinor()
  amount_minor: number;
}

export class PaymentReportDto {
  @IsCurrency()
  currency: string;

  @IsDate()
  from: Date;

  @IsDate()
  to: Date;

  @IsInt()
  payments: number;

  @IsMinor()
  captured_minor: number;

  @IsMinor()
  refunded_minor: number;

  /** Authorised, of those that were authorised or declined, in hundredths of a percent. */
  @IsOptional()
  @IsInt()
  authorisation_rate_bps: number | null;

  /** Given back, of what was taken, in hundredths of a percent. */
  @IsOptional()
  @IsInt()
  refund_rate_bps: number | null;

  @ValidateNested({ each: true })
  @Type(() => ReportRowDto)
  rows: ReportRowDto[];

  /** The most frequent first. */
  @ValidateNested({ each: true })
  @Type(() => DeclineReasonDto)
  decline_reasons: DeclineReasonDto[];
}
