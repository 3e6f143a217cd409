import { IsCurrency, IsId, IsMinor, PageQuery } from '@florin/http';
import { Type } from 'class-transformer';
import { IsDate, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';

export class GatherPayoutsDto {
  @IsCurrency()
  currency: string;
}

export class BatchesQuery extends PageQuery {
  @IsOptional()
  @IsCurrency()
  currency?: string;
}

export class BatchDto {
  @IsId()
  id: string;

  @IsCurrency()
  currency: string;

  @IsInt()
  withdrawals: number;

  /** What is to arrive at all beneficiaries together. */
  @IsMinor()
  total_minor: number;

  /** Of that, what was paid and not returned. */
  @IsMinor()
  paid_minor: number;

  /** How many the provider has not finished with. */
  @IsInt()
  open: number;

  /** Who gathered it: a person, or `gather-payouts`. */
  @IsString()
  gathered_by: string;

  @IsDate()
  created_at: Date;
}

export class BatchLineDto {
  @IsId()
  withdrawal_id: string;

  @IsString()
  holder_masked: string;

  @IsString()
  iban_masked: string;

  @IsMinor()
  payout_minor: number;

  @IsString()
  state: string;

  @IsOptional()
  @IsString()
  provider_reference: string | null;

  @IsOptional()
  @IsString()
  failure_code: string | null;
}

/** The batch as its file: one line per payout, at most 200. */
export class BatchDetailDto extends BatchDto {
  @ValidateNested({ each: true })
  @Type(() => BatchLineDto)
  lines: BatchLineDto[];
}
