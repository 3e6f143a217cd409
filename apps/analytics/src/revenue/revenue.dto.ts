import { IsCurrency } from '@florin/http';
import { IsIn, IsInt, IsISO8601, IsOptional, IsString, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';

export class RevenueQuery {
  /** First day, yyyy-mm-dd; 30 days before `to` unless said. */
  @IsOptional()
  @IsISO8601({ strict: true })
  from?: string;

  /** Last day, yyyy-mm-dd; today unless said. */
  @IsOptional()
  @IsISO8601({ strict: true })
  to?: string;

  @IsOptional()
  @IsIn(['day', 'week', 'month'])
  interval: 'day' | 'week' | 'month' = 'day';
}

/** Amounts are minor units of the currency; days are UTC. */
export class RevenueSumsDto {
  @IsCurrency()
  currency: string;

  @IsInt()
  orders: number;

  /** What orders sold, tax included. */
  @IsInt()
  sales_minor: number;

  /** History brought over from other systems: in none of the other sums. */
  @IsInt()
  imported_orders: number;

  @IsInt()
  imported_minor: number;

  @IsInt()
  imported_discount_minor: number;

  @IsInt()
  imported_tax_minor: number;

  /** Taken off, and tax charged, on the orders of sales_minor. */
  @IsInt()
  discount_minor: number;

  @IsInt()
  tax_minor: number;

  @IsInt()
  refunds: number;

  @IsInt()
  refunds_minor: number;

  /** The tax in refunds_minor. */
  @IsInt()
  refunded_tax_minor: number;

  /** sales − refunds. */
  @IsInt()
  net_minor: number;

  /** tax − refunded tax. */
  @IsInt()
  net_tax_minor: number;

  /** What the wallet says was captured and given back for orders: the other side of the same money. */
  @IsInt()
  captured_minor: number;

  @IsInt()
  given_back_minor: number;
}

export class RevenuePeriodDto extends RevenueSumsDto {
  /** First day of the period. */
  @IsString()
  period: string;
}

export class RevenueDto {
  @IsString()
  from: string;

  @IsString()
  to: string;

  @ValidateNested({ each: true })
  @Type(() => RevenueSumsDto)
  totals: RevenueSumsDto[];

  @ValidateNested({ each: true })
  @Type(() => RevenuePeriodDto)
  data: RevenuePeriodDto[];
}
