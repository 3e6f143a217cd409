import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { BoundedText, IsMinor } from '@florin/http';
import { mostLines } from '../carts/cart-rules';
import { Id, IsInstant, Optional } from '../input';
import { largestOrderMinor } from '../pricing/price-waterfall';

/** More would make one transaction too long, and its messages too many at once. */
export const mostImported = 1_000;
const mostUnits = 100_000;

export class ImportedLineDto {
  @Id() variant_id: string;
  @IsInt() @Min(1) @Max(mostUnits) quantity: number;
  /** What one unit cost then; today's price unless said. */
  @Optional() @IsMinor({ max: largestOrderMinor }) unit_price_minor?: number;
  /** The tax rate then, in basis points; today's unless said. */
  @Optional() @IsInt() @Min(0) @Max(10_000) tax_rate_bps?: number;
  @Optional() @IsBoolean() tax_included?: boolean;
}

export class ImportedOrderDto {
  /** The number in the system it comes from; the same number is imported once. */
  @BoundedText(100) external_number: string;
  @Id() member_id: string;
  @Optional() @IsEmail() @MaxLength(254) email?: string;
  @IsInstant() placed_at: string;
  /** What was taken off the whole order; it is split over the lines by list price. */
  @Optional() @IsMinor({ max: largestOrderMinor }) discount_minor = 0;
  @Optional() @BoundedText(40) coupon_code?: string;
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(mostLines)
  @ValidateNested({ each: true })
  @Type(() => ImportedLineDto)
  lines: ImportedLineDto[];
}

export class ImportOrdersDto {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(mostImported)
  @ValidateNested({ each: true })
  @Type(() => ImportedOrderDto)
  orders: ImportedOrderDto[];
}

export class ImportOutcomeDto {
  @IsString() external_number: string;
  @IsIn(['imported', 'already_imported', 'refused']) outcome: 'imported' | 'already_imported' | 'refused';
  @IsOptional() @Id() order_id?: string;
  @IsOptional() @IsString() refusal_code?: string;
  @IsOptional() @IsString() refusal_reason?: string;
}

export class ImportReportDto {
  @IsInt() imported: number;
  @IsInt() already_imported: number;
  @IsInt() refused: number;
  @IsArray() @ValidateNested({ each: true }) @Type(() => ImportOutcomeDto) orders: ImportOutcomeDto[];
}
