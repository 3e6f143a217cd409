import { Field, IsId } from '@florin/http';
import { IsDate, IsIn, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';

export class StepDto {
  @Field({
    description:
      'What was done: `eligible`, `base`, `tier`, `round`, `order_cap`, `daily_cap`, `refused`; of a clawback `line`, `owed`, `spent`.',
  })
  step: string;

  @Field({ description: 'The rule behind it, in words.' })
  detail: string;

  @Field({
    is: 'integer',
    description:
      'What came of the step. `eligible` is minor units of the currency; `base` and `tier` are hundred-thousandths of a point ' +
      '(4635000 is 46.35 points), so that nothing is rounded before the end; `round` and all others are whole points.',
  })
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
