import { BoundedText, IsCurrency, IsId, IsMinor, PageQuery } from '@florin/http';
import { Type } from 'class-transformer';
import { IsArray, IsDate, IsIn, IsOptional, IsString, ValidateNested } from 'class-validator';

export const cashbackStates = ['pending', 'confirmed', 'payable', 'paid', 'declined'] as const;

export class CashbackDto {
  @IsId()
  id: string;

  @IsId()
  order_id: string;

  @IsId()
  member_id: string;

  @IsCurrency()
  currency: string;

  @IsMinor()
  amount_minor: number;

  /** What refunds took back of it. */
  @IsMinor()
  reversed_minor: number;

  @IsIn(cashbackStates)
  state: string;

  /** Why it was declined: `refunded`, or what staff said. */
  @IsOptional()
  @IsString()
  reason: string | null;

  /** Until then the goods can come back. */
  @IsDate()
  payable_at: Date;

  @IsOptional()
  @IsDate()
  settled_at: Date | null;
}

export class CashbackStepDto {
  @IsString()
  from_state: string;

  @IsIn(cashbackStates)
  to_state: string;

  @IsOptional()
  @IsString()
  reason: string | null;

  @IsString()
  done_by: string;

  @IsString()
  happened_at: string;
}

export class CashbackDetailDto extends CashbackDto {
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => CashbackStepDto)
  steps: CashbackStepDto[];
}

export class CashbackQuery extends PageQuery {
  @IsOptional() @IsIn(cashbackStates) state?: string;
  @IsOptional() @IsId() order_id?: string;
  /** For staff; a member sees only what is theirs. */
  @IsOptional() @IsId() member_id?: string;
}

export class DeclineCashbackDto {
  @BoundedText(300) reason: string;
}
