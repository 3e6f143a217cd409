import { BoundedText, IsCurrency, IsId, PageQuery } from '@florin/http';
import { Type } from 'class-transformer';
import { IsDate, IsIn, IsInt, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { lineCategories } from './statement-line';

export class ImportQuery {
  @IsId()
  account_id: string;

  /** The statement whose place this one takes. */
  @IsOptional()
  @IsId()
  corrects?: string;
}

export class DryRunQuery {
  @IsId()
  account_id: string;
}

export class StatementsQuery extends PageQuery {
  @IsOptional()
  @IsId()
  account_id?: string;
}

export class StatementDto {
  @IsId()
  id: string;

  @IsId()
  account_id: string;

  @IsId()
  import_id: string;

  /** The source's name of it. */
  @IsString()
  reference: string;

  @IsOptional()
  @IsId()
  corrects: string | null;

  @IsOptional()
  @IsId()
  superseded_by: string | null;

  @IsOptional()
  @IsInt()
  opening_minor: number | null;

  @IsOptional()
  @IsInt()
  closing_minor: number | null;

  @IsOptional()
  @IsString()
  from_on: string | null;

  @IsOptional()
  @IsString()
  to_on: string | null;

  @IsInt()
  lines: number;

  /** Lines that no earlier statement had brought. */
  @IsInt()
  fresh_lines: number;

  @IsInt()
  known_lines: number;

  /** Lines that were not booked yet; they are counted and waited for. */
  @IsInt()
  pending_lines: number;

  @IsInt()
  pending_minor: number;

  @IsDate()
  created_at: Date;
}

export class ImportDto {
  @IsId()
  id: string;

  @IsId()
  account_id: string;

  @IsIn(['csv', 'camt.053'])
  format: string;

  @BoundedText(64)
  content_sha256: string;

  @IsInt()
  bytes: number;

  @IsString()
  imported_by: string;

  @IsDate()
  imported_at: Date;

  @ValidateNested({ each: true })
  @Type(() => StatementDto)
  statements: StatementDto[];
}

export class LineDto {
  @IsId()
  id: string;

  @IsInt()
  line_no: number;

  @IsString()
  reference: string;

  @IsString()
  booked_on: string;

  @IsOptional()
  @IsString()
  value_on: string | null;

  /** Signed: what the balance changed by. */
  @IsInt()
  amount_minor: number;

  /** What the source kept of the gross amount. */
  @IsInt()
  fee_minor: number;

  @IsIn(lineCategories)
  category: string;

  @IsOptional()
  @IsString()
  end_to_end_id: string | null;

  @IsOptional()
  @IsString()
  provider_reference: string | null;

  @IsOptional()
  @IsString()
  description: string | null;

  @IsIn(['open', 'matched', 'ignored', 'withdrawn'])
  state: string;

  @IsOptional()
  @IsId()
  match_id: string | null;

  /** By which rule it was matched. */
  @IsOptional()
  @IsString()
  rule: string | null;

  /** What agreed with what. */
  @IsOptional()
  @IsObject()
  facts: object | null;
}

export class PlannedMatchDto {
  @IsString()
  rule: string;

  @IsInt()
  lines: number;

  @IsInt()
  targets: number;

  @IsInt()
  line_minor: number;

  @IsInt()
  target_minor: number;

  @IsInt()
  fee_minor: number;

  @IsInt()
  difference_minor: number;

  @IsObject()
  facts: object;
}

/** What an import would do. */
export class DryRunDto {
  @IsCurrency()
  currency: string;

  @IsInt()
  lines: number;

  @IsInt()
  fresh_lines: number;

  @IsInt()
  known_lines: number;

  @IsInt()
  pending_lines: number;

  /** Of the fresh lines, those that a rule would explain. */
  @IsInt()
  matched_lines: number;

  @IsInt()
  open_lines: number;

  @IsInt()
  fee_minor: number;

  /** The first hundred. */
  @ValidateNested({ each: true })
  @Type(() => PlannedMatchDto)
  matches: PlannedMatchDto[];
}
