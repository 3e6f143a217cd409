import { IsCurrency, PageQuery } from '@florin/http';
import { Type } from 'class-transformer';
import { IsBoolean, IsDate, IsInt, IsOptional, IsString, Matches, Max, Min, ValidateNested } from 'class-validator';
import { WalletEntryDto } from './transaction.dto';
import { IsInstant } from '../instants';

const mostLines = 1_000;

/** A calendar month in UTC, or an instant to start from and one to end before. The month that is under way unless said. */
export class StatementQuery extends PageQuery {
  @IsCurrency()
  currency: string;

  @IsOptional()
  @Matches(/^20\d\d-(0[1-9]|1[0-2])$/, { message: 'month must be such as 2026-11' })
  month?: string;

  @IsOptional()
  @IsInstant()
  from?: string;

  @IsOptional()
  @IsInstant()
  to?: string;

  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(mostLines)
  override limit = 100;
}

export class StatementDto {
  @IsCurrency()
  currency: string;

  @IsDate()
  from: Date;

  @IsDate()
  to: Date;

  /** What was in the wallet right before the span. */
  @IsInt()
  opening_minor: number;

  /** What was in it at its end: opening and all lines, those of other pages too. */
  @IsInt()
  closing_minor: number;

  /** In the order in which they happened. */
  @ValidateNested({ each: true })
  @Type(() => WalletEntryDto)
  lines: WalletEntryDto[];

  @IsOptional()
  @IsString()
  next_cursor: string | null;

  @IsBoolean()
  has_more: boolean;
}
