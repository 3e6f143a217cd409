import { BoundedText, IsId, IsMinor } from '@florin/http';
import { IsBoolean, IsDate, IsIn, IsOptional, IsString } from 'class-validator';

export class CapturePaymentDto {
  /** All that is left, when left out. */
  @IsOptional()
  @IsMinor({ min: 1 })
  amount_minor?: number;

  /** Gives what is left afterwards back to the card; so does taking all of it. */
  @IsOptional()
  @IsBoolean()
  final?: boolean;

  @IsOptional()
  @BoundedText(500)
  reason?: string;
}

/** A part of a payment that was asked for, and how it ended. */
export class CaptureDto {
  @IsId()
  id: string;

  @IsId()
  payment_id: string;

  @IsMinor()
  amount_minor: number;

  @IsBoolean()
  final: boolean;

  @IsIn(['requested', 'captured', 'failed'])
  state: string;

  @IsMinor()
  refunded_minor: number;

  @IsOptional()
  @IsString()
  provider_reference: string | null;

  @IsOptional()
  @IsString()
  failure_code: string | null;

  @IsOptional()
  @IsString()
  requested_by: string | null;

  @IsDate()
  created_at: Date;

  @IsOptional()
  @IsDate()
  settled_at: Date | null;
}
