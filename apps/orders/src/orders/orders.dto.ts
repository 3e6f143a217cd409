import { Type } from 'class-transformer';
import { IsArray, IsBoolean, IsIn, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { IsCurrency, IsMinor, PageQuery } from '@florin/http';
import { Id, IsInstant, Optional } from '../input';
import { RefundDto } from '../refunds/refunds.dto';

const statuses = ['pending', 'completed', 'partially_refunded', 'refunded', 'cancelled'];

export class OrderListQuery extends PageQuery {
  @Optional() @IsIn(statuses) status?: string;
}

export class MerchantOrderListQuery extends OrderListQuery {
  @Optional() @Id() member_id?: string;
}

export class OrderSummaryDto {
  @Id() id: string;
  @IsString() number: string;
  @Id() merchant_id: string;
  @Id() member_id: string;
  @IsIn(['checkout', 'import']) origin: string;
  @IsIn(statuses) status: string;
  @IsOptional() @IsString() reason_code: string | null;
  @IsCurrency() currency: string;
  @IsMinor() list_minor: number;
  @IsMinor() discount_minor: number;
  @IsMinor() tax_minor: number;
  @IsMinor() total_minor: number;
  @IsMinor() refunded_minor: number;
  @IsInstant() placed_at: string;
  @IsOptional() @IsInstant() settled_at: string | null;
}

/** One line of the frozen waterfall: list − discount (+ tax where it is not included) = total. */
export class OrderLineDto {
  @Id() line_id: string;
  @Id() variant_id: string;
  @Id() product_id: string;
  @IsOptional() @Id() category_id: string | null;
  @IsString() sku: string;
  @IsString() title: string;
  @IsInt() quantity: number;
  @IsMinor() unit_price_minor: number;
  @IsMinor() list_minor: number;
  @IsMinor() discount_minor: number;
  @IsMinor() coupon_minor: number;
  @IsInt() tax_rate_bps: number;
  @IsBoolean() tax_included: boolean;
  @IsMinor() tax_minor: number;
  @IsMinor() total_minor: number;
  /** Units that refunds, requested or completed, give back. */
  @IsInt() returned_quantity: number;
}

export class OrderStepDto {
  @IsIn(statuses) status: string;
  @IsOptional() @IsString() reason_code: string | null;
  @IsString() actor: string;
  @IsInstant() at: string;
}

/** How far the saga is, part by part. */
export class OrderCheckoutDto {
  @Id() id: string;
  @IsIn(['reserving', 'confirming', 'completed', 'cancelled']) state: string;
  @IsString() stock: string;
  @IsString() payment: string;
  @IsInstant() deadline_at: string;
}

export class OrderDto extends OrderSummaryDto {
  @IsOptional() @IsString() email: string | null;
  @IsOptional() @IsString() external_number: string | null;
  @IsOptional() @IsString() reason: string | null;
  @IsMinor() coupon_minor: number;
  @IsOptional() @IsString() coupon_code: string | null;
  @IsMinor() wallet_minor: number;
  @IsMinor() card_minor: number;
  @IsArray() @ValidateNested({ each: true }) @Type(() => OrderLineDto) lines: OrderLineDto[];
  @IsArray() @ValidateNested({ each: true }) @Type(() => OrderStepDto) history: OrderStepDto[];
  @IsArray() @ValidateNested({ each: true }) @Type(() => RefundDto) refunds: RefundDto[];
  /** Missing for imported orders. */
  @IsOptional() @ValidateNested() @Type(() => OrderCheckoutDto) checkout: OrderCheckoutDto | null;
}
