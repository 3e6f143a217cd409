import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { BoundedText, IsCurrency, IsMinor } from '@florin/http';
import { Id, Optional } from '../input';
import { mostLines, mostUnits, type PricedCart } from './cart-rules';

export class CartLineInput {
  @Id() variant_id: string;
  @IsInt() @Min(1) @Max(mostUnits) quantity: number;
}

export class QuantityInput {
  @IsInt() @Min(1) @Max(mostUnits) quantity: number;
}

export class CreateCartDto {
  @Optional()
  @IsArray()
  @ArrayMaxSize(mostLines)
  @ValidateNested({ each: true })
  @Type(() => CartLineInput)
  lines: CartLineInput[] = [];
}

export class CreateGuestCartDto extends CreateCartDto {
  @Id() merchant_id: string;
}

export class CartQuery {
  /** Prices the cart with this coupon, without using it up. */
  @Optional() @BoundedText(40) coupon_code?: string;
}

export class CartLineDto {
  @Id() variant_id: string;
  @Id() product_id: string;
  @IsString() sku: string;
  @IsString() title: string;
  @IsInt() quantity: number;
  @IsMinor() unit_price_minor: number;
  @IsMinor() list_minor: number;
  @IsMinor() discount_minor: number;
  @IsMinor() tax_minor: number;
  @IsMinor() total_minor: number;
  /** False when it cannot be bought any more; it then counts for nothing and must be removed before ordering. */
  @IsBoolean() available: boolean;
}

export class CartCouponDto {
  @IsString() code: string;
  @IsBoolean() applies: boolean;
  /** Why it does not apply. */
  @IsOptional() @IsString() refusal_code?: string;
  @IsOptional() @IsString() @MaxLength(500) refusal_reason?: string;
}

export class CartDto {
  @Id() id: string;
  @Id() merchant_id: string;
  @IsOptional() @Id() member_id: string | null;
  @IsIn(['open', 'ordered']) status: 'open' | 'ordered';
  @IsCurrency() currency: string;
  @IsArray() @ValidateNested({ each: true }) @Type(() => CartLineDto) lines: CartLineDto[];
  @IsMinor() list_minor: number;
  @IsMinor() discount_minor: number;
  @IsMinor() tax_minor: number;
  @IsMinor() total_minor: number;
  @IsOptional() @ValidateNested() @Type(() => CartCouponDto) coupon?: CartCouponDto;
  @IsString() updated_at: string;
}

export function cartDto(cart: PricedCart): CartDto {
  const { row, coupon } = cart;
  return {
    id: row.id,
    merchant_id: row.merchant_id,
    member_id: row.member_id,
    status: row.status,
    currency: row.currency,
    lines: cart.lines.map((line) => ({
      variant_id: line.variant.variant_id,
      product_id: line.variant.product_id,
      sku: line.variant.sku,
      title: line.variant.title,
      quantity: line.quantity,
      unit_price_minor: line.variant.price_minor,
      list_minor: line.listMinor,
      discount_minor: line.discountMinor,
      tax_minor: line.taxMinor,
      total_minor: line.totalMinor,
      available: line.available,
    })),
    list_minor: cart.listMinor,
    discount_minor: cart.discountMinor,
    tax_minor: cart.taxMinor,
    total_minor: cart.totalMinor,
    ...(coupon && {
      coupon: {
        code: coupon.code,
        applies: !coupon.refusal,
        refusal_code: coupon.refusal?.code,
        refusal_reason: coupon.refusal?.message,
      },
    }),
    updated_at: row.updated_at.toISOString(),
  };
}
