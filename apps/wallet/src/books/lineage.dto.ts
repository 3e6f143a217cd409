import { IsId, IsMinor, PageQuery } from '@florin/http';
import { Type } from 'class-transformer';
import { IsDate, IsIn, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';

const methods = ['fifo', 'lifo', 'proportional'] as const;

export class LineageQuery extends PageQuery {
  /** Which credits pay a debit: the oldest first, the latest first, or all in proportion to what is left of them. */
  @IsOptional()
  @IsIn(methods)
  method: (typeof methods)[number] = 'fifo';
}

export class CompositionQuery {
  @IsOptional()
  @IsIn(methods)
  method: (typeof methods)[number] = 'fifo';
}

/** A posting of the account. */
export class LineagePostingDto {
  @IsInt()
  seq: number;

  @IsId()
  journal_id: string;

  @IsString()
  kind: string;

  @IsOptional()
  @IsString()
  reference: string | null;

  /** The whole posting, signed. */
  @IsInt()
  amount_minor: number;

  @IsDate()
  inserted_at: Date;
}

/** So much of a debit was paid by a credit. */
export class LineageMatchDto {
  @ValidateNested()
  @Type(() => LineagePostingDto)
  credit: LineagePostingDto;

  @ValidateNested()
  @Type(() => LineagePostingDto)
  debit: LineagePostingDto;

  @IsMinor({ min: 1 })
  amount_minor: number;
}

/** What is left of a credit, or below zero of a debit that nothing has paid yet. */
export class LineageRestDto {
  @ValidateNested()
  @Type(() => LineagePostingDto)
  posting: LineagePostingDto;

  @IsInt()
  left_minor: number;
}
