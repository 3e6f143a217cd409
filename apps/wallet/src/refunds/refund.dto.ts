import { BoundedText, IsCurrency, IsId, IsMinor, PageQuery } from '@florin/http';
import { IsDate, IsIn, IsInt, IsOptional, IsString } from 'class-validator';

const refundStates = ['requested', 'pending', 'unknown', 'completed', 'failed'] as const;

export class RequestRefundDto {
  @IsMinor({ min: 1 })
  amount_minor: number;

  @BoundedText(500)
  reason: string;

  /** The capture to give back; the oldest with as much left, when left out. */
  @IsOptional()
  @IsId()
  capture_id?: string;
}

export class RefundsQuery extends PageQuery {
  @IsOptional()
  @IsIn(refundStates)
  state?: (typeof refundStates)[number];
}

/** Money on its way back to a card. */
export class RefundDto {
  @IsId()
  id: string;

  @IsOptional()
  @IsId()
  payment_id: string | null;

  @IsOptional()
  @IsId()
  capture_id: string | null;

  @IsOptional()
  @IsId()
  order_id: string | null;

  @IsId()
  member_id: string;

  @IsCurrency()
  currency: string;

  /** To the card. */
  @IsMinor()
  amount_minor: number;

  /** To the wallet, of an order that was paid with both. */
  @IsMinor()
  wallet_minor: number;

  @IsString()
  reason: string;

  @IsIn(refundStates)
  state: string;

  @IsOptional()
  @IsString()
  provider_reference: string | null;

  @IsOptional()
  @IsString()
  failure_code: string | null;

  /** How often it was asked for anew after the processor had said no. */
  @IsInt()
  attempt: number;

  @IsOptional()
  @IsString()
  requested_by: string | null;

  @IsDate()
  created_at: Date;

  @IsOptional()
  @IsDate()
  settled_at: Date | null;
}
