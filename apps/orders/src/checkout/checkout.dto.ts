import { Type } from 'class-transformer';
import {
  IsEmail,
  IsIn,
  IsNotEmptyObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { BoundedText, IsCardToken, IsCurrency, IsMinor } from '@florin/http';
import { Id, IsInstant, Optional } from '../input';
import type { OrderRecord } from '../orders/order-records';
import { largestOrderMinor } from '../pricing/price-waterfall';

export class PaymentDto {
  /** How much the wallet pays; the card pays the rest. */
  @Optional() @IsMinor({ max: largestOrderMinor }) wallet_minor = 0;
  @Optional() @IsCardToken() card_token?: string;
  /** The processor's fingerprint of the card behind the token, where it is known. */
  @Optional() @IsCardToken() card_fingerprint?: string;
  /** Where the card was issued: ISO 3166-1 alpha-2. */
  @Optional() @Matches(/^[A-Z]{2}$/) card_country?: string;
}

export class PlaceOrderDto {
  @Id() cart_id: string;
  @Optional() @BoundedText(40) coupon_code?: string;
  @Optional() @IsNotEmptyObject({ nullable: false }) @ValidateNested() @Type(() => PaymentDto) payment: PaymentDto =
    new PaymentDto();
  /** Where the confirmation goes, when it is not the address of the account. */
  @Optional() @IsEmail() @MaxLength(254) email?: string;
  /** The total that the shopper saw; when the price has changed, the order is refused instead. */
  @Optional() @IsMinor() expected_total_minor?: number;
}

export class CancelOrderDto {
  @Optional() @BoundedText(300) reason = 'The shopper changed their mind.';
}

/** What placing an order answers. Its frozen lines are at GET /orders/:id. */
export class OrderReceiptDto {
  @Id() id: string;
  @Id() checkout_id: string;
  @IsString() number: string;
  @IsIn(['pending', 'completed', 'partially_refunded', 'refunded', 'cancelled']) status: string;
  @IsOptional() @IsString() reason_code: string | null;
  @IsOptional() @IsString() reason: string | null;
  @IsCurrency() currency: string;
  @IsMinor() list_minor: number;
  @IsMinor() discount_minor: number;
  @IsMinor() tax_minor: number;
  @IsMinor() total_minor: number;
  @IsMinor() wallet_minor: number;
  @IsMinor() card_minor: number;
  @IsOptional() @IsString() coupon_code: string | null;
  @IsInstant() placed_at: string;
  /** Where to follow the order. */
  @IsString() status_url: string;
}

export class CancelledOrderDto {
  @Id() id: string;
  @IsString() number: string;
  @IsIn(['cancelled']) status: 'cancelled';
  @IsString() reason_code: string;
  @IsString() reason: string;
}

export function statusUrlOf(orderId: string): string {
  return `/api/v1/orders/${orderId}`;
}

export function receiptOf(order: OrderRecord): OrderReceiptDto {
  return {
    id: order.id,
    checkout_id: order.checkout_id,
    number: order.number,
    status: order.status,
    reason_code: null,
    reason: null,
    currency: order.currency,
    list_minor: order.list_minor,
    discount_minor: order.discount_minor,
    tax_minor: order.tax_minor,
    total_minor: order.total_minor,
    wallet_minor: order.wallet_minor,
    card_minor: order.card_minor,
    coupon_code: order.coupon_code,
    placed_at: order.placed_at.toISOString(),
    status_url: statusUrlOf(order.id),
  };
}
