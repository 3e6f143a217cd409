import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { BoundedText, IsCurrency, IsMinor } from '@florin/http';
import { mostLines } from '../carts/cart-rules';
import { Id, IsInstant, Optional } from '../input';
import type { RefundLineRow, RefundRow } from './refunds.repository';

const mostUnitsOfALine = 1_000_000;

export class RefundLineInput {
  @Id() line_id: string;
  @IsInt() @Min(1) @Max(mostUnitsOfALine) quantity: number;
}

export class RequestRefundDto {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(mostLines)
  @ArrayUnique((line: RefundLineInput | undefined) => line?.line_id)
  @ValidateNested({ each: true })
  @Type(() => RefundLineInput)
  lines: RefundLineInput[];
  @BoundedText(300) reason: string;
  /** Whether the goods go back on the shelf once the money is back. */
  @Optional() @IsBoolean() restock = false;
}

export class RefundLineDto {
  @Id() line_id: string;
  @Id() variant_id: string;
  @IsInt() quantity: number;
  @IsMinor() total_minor: number;
  @IsMinor() tax_minor: number;
}

export class RefundDto {
  @Id() id: string;
  @Id() order_id: string;
  /** 'undo' gives back the money of a checkout that failed after it was captured. */
  @IsIn(['return', 'undo']) purpose: 'return' | 'undo';
  @IsIn(['requested', 'completed', 'failed']) status: 'requested' | 'completed' | 'failed';
  @IsString() reason: string;
  @IsBoolean() restock: boolean;
  @IsCurrency() currency: string;
  @IsMinor() total_minor: number;
  @IsMinor() tax_minor: number;
  @IsMinor() wallet_minor: number;
  @IsMinor() card_minor: number;
  @IsOptional() @IsString() failure_code: string | null;
  @IsOptional() @IsString() failure_reason: string | null;
  @IsArray() @ValidateNested({ each: true }) @Type(() => RefundLineDto) lines: RefundLineDto[];
  @IsInstant() requested_at: string;
  @IsOptional() @IsInstant() settled_at: string | null;
}

export function refundDto(refund: RefundRow, lines: readonly RefundLineRow[]): RefundDto {
  return {
    id: refund.id,
    order_id: refund.order_id,
    purpose: refund.purpose,
    status: refund.status,
    reason: refund.reason,
    restock: refund.restock,
    currency: refund.currency,
    total_minor: refund.total_minor,
    tax_minor: refund.tax_minor,
    wallet_minor: refund.wallet_minor,
    card_minor: refund.card_minor,
    failure_code: refund.failure_code,
    failure_reason: refund.failure_reason,
    lines: lines.map(({ refund_id: _, ...line }) => line),
    requested_at: refund.requested_at.toISOString(),
    settled_at: refund.settled_at?.toISOString() ?? null,
  };
}
