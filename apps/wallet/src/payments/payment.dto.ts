import { IsCurrency, IsId, IsMinor, PageQuery } from '@florin/http';
import { Type } from 'class-transformer';
import { IsDate, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';

export class PaymentsQuery extends PageQuery {
  @IsOptional()
  @IsId()
  order_id?: string;
}

export class PaymentStepDto {
  @IsString()
  from_state: string;

  @IsString()
  to_state: string;

  /** Where it was learnt: answer, query, webhook, or silence. */
  @IsString()
  learned_from: string;

  @IsOptional()
  @IsString()
  detail: string | null;

  @IsDate()
  happened_at: Date;
}

/** One charge to one card. */
export class PaymentDto {
  @IsId()
  id: string;

  @IsString()
  purpose: string;

  @IsOptional()
  @IsId()
  order_id: string | null;

  @IsId()
  member_id: string;

  @IsCurrency()
  currency: string;

  @IsMinor()
  amount_minor: number;

  @IsMinor()
  captured_minor: number;

  @IsMinor()
  refunded_minor: number;

  @IsString()
  processor: string;

  @IsOptional()
  @IsString()
  provider_reference: string | null;

  @IsString()
  state: string;

  @IsOptional()
  @IsString()
  decline_code: string | null;

  @IsInt()
  attempts: number;

  @IsDate()
  created_at: Date;

  @IsDate()
  updated_at: Date;
}

export class PaymentDetailDto extends PaymentDto {
  @ValidateNested({ each: true })
  @Type(() => PaymentStepDto)
  steps: PaymentStepDto[];
}
