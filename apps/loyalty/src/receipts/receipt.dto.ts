import { IsId } from '@florin/http';
import { IsDate, IsIn, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';

export class StepDto {
  @IsString()
  step: string;

  @IsString()
  detail: string;

  @IsInt()
  value: number;
}

/** Why a member got, did not get or lost points: each step of the sum. */
export class ReceiptDto {
  @IsId()
  id: string;

  @IsIn(['earn', 'refused', 'clawback'])
  kind: string;

  @IsId()
  member_id: string;

  @IsId()
  program_id: string;

  @IsInt()
  program_version: number;

  @IsId()
  order_id: string;

  @IsOptional()
  @IsId()
  refund_id: string | null;

  /** Signed: what the balance changed by. */
  @IsInt()
  points: number;

  @IsInt()
  balance_after: number;

  @IsString()
  reason: string;

  @ValidateNested({ each: true })
  @Type(() => StepDto)
  steps: StepDto[];

  @IsDate()
  issued_at: Date;
}
