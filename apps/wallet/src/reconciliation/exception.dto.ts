import { BoundedText, IsCurrency, IsId, PageQuery } from '@florin/http';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsDate,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  ValidateNested,
} from 'class-validator';
import { type TargetKind, targetKinds } from './matching-rules';
import { exceptionKinds } from './why-left';

const states = ['open', 'proposed', 'resolved'];
const longestReason = 500;
/** A person names what a line is about; more than this is a rule's work. */
const mostTargets = 100;

export class ExceptionFilter {
  @IsOptional()
  @IsId()
  account_id?: string;

  @IsOptional()
  @IsIn(states)
  state?: string;

  @IsOptional()
  @IsIn(exceptionKinds)
  kind?: string;

  @IsOptional()
  @IsId()
  assigned_to?: string;
}

export class ExceptionsQuery extends PageQuery {
  @IsOptional()
  @IsId()
  account_id?: string;

  @IsOptional()
  @IsIn(states)
  state?: string;

  @IsOptional()
  @IsIn(exceptionKinds)
  kind?: string;

  @IsOptional()
  @IsId()
  assigned_to?: string;
}

export class ExceptionDto {
  @IsId()
  id: string;

  @IsId()
  account_id: string;

  @IsIn(exceptionKinds)
  kind: string;

  /** The line that nothing explains; or what no line explains, as target_kind and target_id. */
  @IsOptional()
  @IsId()
  line_id: string | null;

  @IsOptional()
  @IsIn(targetKinds)
  target_kind: string | null;

  @IsOptional()
  @IsId()
  target_id: string | null;

  @IsCurrency()
  currency: string;

  @IsInt()
  amount_minor: number;

  @IsString()
  detail: string;

  @IsIn(states)
  state: string;

  @IsOptional()
  @IsIn(['matched', 'written_off', 'ignored', 'withdrawn'])
  resolution: string | null;

  @IsOptional()
  @IsString()
  reason: string | null;

  @IsOptional()
  @IsString()
  assigned_to: string | null;

  @IsOptional()
  @IsString()
  proposed_by: string | null;

  /** A user, or `rule`. */
  @IsOptional()
  @IsString()
  resolved_by: string | null;

  @IsOptional()
  @IsId()
  match_id: string | null;

  @IsDate()
  opened_at: Date;

  @IsOptional()
  @IsDate()
  resolved_at: Date | null;
}

export class ExceptionStepDto {
  @IsString()
  step: string;

  @IsString()
  made_by: string;

  @IsOptional()
  @IsString()
  detail: string | null;

  @IsDate()
  happened_at: Date;
}

/** An exception with all that was done about it. */
export class ExceptionDetailDto extends ExceptionDto {
  @ValidateNested({ each: true })
  @Type(() => ExceptionStepDto)
  steps: ExceptionStepDto[];
}

export class AssignDto {
  /** Nobody when left out. */
  @IsOptional()
  @IsId()
  assigned_to?: string;
}

export class ReasonDto {
  @BoundedText(longestReason)
  reason: string;
}

export class ChosenTargetDto {
  @IsIn(targetKinds)
  kind: TargetKind;

  @IsId()
  id: string;
}

export class MatchByHandDto extends ReasonDto {
  /** What the line is about; the sum must be the line's, fees included. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(mostTargets)
  @ValidateNested({ each: true })
  @Type(() => ChosenTargetDto)
  targets: ChosenTargetDto[];

  /** What the source kept and the line does not name: Σ targets − the line. */
  @IsOptional()
  @IsInt()
  fee_minor?: number;
}

export class MatchDto {
  @IsId()
  id: string;

  @IsId()
  account_id: string;

  @IsString()
  rule: string;

  @IsInt()
  line_minor: number;

  @IsInt()
  target_minor: number;

  @IsInt()
  fee_minor: number;

  @IsInt()
  difference_minor: number;

  @IsString()
  made_by: string;

  @IsOptional()
  @IsString()
  approved_by: string | null;

  @IsId()
  journal_id: string;

  @IsDate()
  made_at: Date;

  @IsOptional()
  @IsDate()
  undone_at: Date | null;

  @IsOptional()
  @IsString()
  undone_by: string | null;

  @IsOptional()
  @IsId()
  undo_journal_id: string | null;
}
