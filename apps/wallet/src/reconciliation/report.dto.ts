import { IsCurrency, IsId } from '@florin/http';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, ValidateBy, ValidateNested } from 'class-validator';
import { readDay } from './dates';

const IsDay = (): PropertyDecorator => (target, property) => {
  Matches(/^\d{4}-\d{2}-\d{2}$/)(target, property);
  ValidateBy({
    name: 'isDay',
    validator: {
      validate: (value) => typeof value === 'string' && readDay(value, 'YYYY-MM-DD') !== undefined,
      defaultMessage: () => '$property must be a day of the calendar, yyyy-mm-dd',
    },
  })(target, property);
};

export class ReportQuery {
  @IsId()
  account_id: string;

  @IsDay()
  from: string;

  @IsDay()
  to: string;
}

export class SumDto {
  @IsInt()
  lines: number;

  @IsInt()
  amount_minor: number;
}

export class ExplanationDto {
  /** `before_first_statement`, `open_lines`, `ignored_lines`, `missing_statements`. */
  @IsString()
  what: string;

  @IsInt()
  amount_minor: number;
}

export class GapDto {
  @IsId()
  statement_id: string;

  /** How far its opening balance is from the closing balance of the statement before it. */
  @IsInt()
  amount_minor: number;
}

export class OpenExceptionsDto extends SumDto {
  @IsString()
  kind: string;
}

/** Amounts are signed minor units; what we have is above zero here, on both sides. */
export class ReportDto {
  @IsId()
  account_id: string;

  @IsCurrency()
  currency: string;

  @IsString()
  from: string;

  @IsString()
  to: string;

  /** Lines booked in those days. */
  @ValidateNested()
  @Type(() => SumDto)
  matched: SumDto;

  @ValidateNested()
  @Type(() => SumDto)
  open: SumDto;

  @ValidateNested()
  @Type(() => SumDto)
  ignored: SumDto;

  /** At the end of the last day, as the last statement until then says; null where statements name no balances. */
  @IsOptional()
  @IsInt()
  statement_minor: number | null;

  /** What the books have of it: all that was matched until then. */
  @IsInt()
  ledger_minor: number;

  /** What the books have on the account now. */
  @IsInt()
  ledger_now_minor: number;

  /** Captured of cards in this currency, less refunds, and not yet seen on any statement, now. */
  @IsInt()
  clearing_now_minor: number;

  /** Left one of our accounts and not seen on another yet, now. */
  @IsInt()
  transit_now_minor: number;

  /** Statement − books. */
  @IsOptional()
  @IsInt()
  difference_minor: number | null;

  @ValidateNested({ each: true })
  @Type(() => ExplanationDto)
  explained: ExplanationDto[];

  /** What is left of the difference: always zero, or the books are wrong. */
  @IsOptional()
  @IsInt()
  unexplained_minor: number | null;

  @ValidateNested({ each: true })
  @Type(() => GapDto)
  gaps: GapDto[];

  @ValidateNested({ each: true })
  @Type(() => OpenExceptionsDto)
  exceptions: OpenExceptionsDto[];
}
