import { BoundedText, IsCurrency, IsId, IsMinor, PageQuery } from '@florin/http';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsDate,
  IsInt,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';

export class BrowseQuery extends PageQuery {
  @IsId()
  merchant_id: string;
}

export class ProductsQuery extends BrowseQuery {
  @IsOptional()
  @IsId()
  category_id?: string;
}

export class SaveVariantDto {
  /** Of an existing variant; leave it out for a new one. */
  @IsOptional()
  @IsId()
  id?: string;

  @BoundedText(64)
  sku: string;

  @BoundedText(300)
  title: string;

  @IsMinor()
  price_minor: number;

  /** Tax in basis points: 2100 is 21 %. */
  @IsInt()
  @Min(0)
  @Max(10_000)
  tax_rate_bps: number;

  /** Whether the price already contains the tax. */
  @IsBoolean()
  tax_included: boolean;

  @IsOptional()
  @IsBoolean()
  active?: boolean;
}

export class SaveProductDto {
  @BoundedText(300)
  title: string;

  @IsOptional()
  @IsString()
  @MaxLength(10_000)
  description?: string;

  @IsOptional()
  @IsId()
  category_id?: string;

  @IsOptional()
  @IsBoolean()
  active?: boolean;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => SaveVariantDto)
  variants: SaveVariantDto[];
}

export class VariantDto {
  @IsId()
  id: string;

  @IsString()
  sku: string;

  @IsString()
  title: string;

  @IsMinor()
  price_minor: number;

  @IsCurrency()
  currency: string;

  @IsInt()
  tax_rate_bps: number;

  @IsBoolean()
  tax_included: boolean;

  @IsBoolean()
  active: boolean;

  /** Units that can be bought now. */
  @IsInt()
  available: number;

  @IsInt()
  version: number;
}

export class ProductDto {
  @IsId()
  id: string;

  @IsId()
  merchant_id: string;

  @IsOptional()
  @IsId()
  category_id: string | null;

  @IsString()
  title: string;

  @IsString()
  description: string;

  @IsBoolean()
  active: boolean;

  @IsInt()
  version: number;

  @ValidateNested({ each: true })
  @Type(() => VariantDto)
  variants: VariantDto[];

  @IsDate()
  created_at: Date;

  @IsDate()
  updated_at: Date;
}
