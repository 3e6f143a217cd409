import { BoundedText, IsId, PageQuery } from '@florin/http';
import { Type } from 'class-transformer';
import { IsDate, IsIn, IsInt, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { JournalPlanDto } from './journal.dto';
import type { Every } from './schedule';
import { IsInstant } from '../instants';

const longestReason = 500;
const rhythms = ['once', 'day', 'week', 'month'];
const states = ['active', 'paused', 'ended'];

export class CreateScheduleDto {
  @IsIn(rhythms)
  every: Every;

  /** The first time; later ones keep its time of day and its day of week or month, in UTC. */
  @IsInstant()
  starts_at: string;

  /** The last time is at this instant or before. */
  @IsOptional()
  @IsInstant()
  ends_at?: string;

  @ValidateNested()
  @Type(() => JournalPlanDto)
  journal: JournalPlanDto;

  @BoundedText(longestReason)
  reason: string;
}

export class ScheduleDto {
  @IsId()
  id: string;

  @IsIn(rhythms)
  every: string;

  @IsDate()
  starts_at: Date;

  @IsOptional()
  @IsDate()
  ends_at: Date | null;

  @IsObject()
  journal: Record<string, unknown>;

  @IsString()
  reason: string;

  @IsIn(states)
  state: string;

  /** How many times it was due so far. */
  @IsInt()
  occurrence: number;

  @IsOptional()
  @IsDate()
  next_at: Date | null;

  @IsString()
  created_by: string;

  @IsOptional()
  @IsString()
  approved_by: string | null;
}

export class ScheduledDto {
  @IsIn(['scheduled', 'proposed', 'dry_run'])
  state: 'scheduled' | 'proposed' | 'dry_run';

  @IsOptional()
  @IsId()
  proposal_id: string | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => ScheduleDto)
  schedule: ScheduleDto | null;
}

export class SchedulesQuery extends PageQuery {
  @IsOptional()
  @IsIn(states)
  state?: string;
}

/** One time that a schedule was due, and what became of it. */
export class ScheduleRunDto {
  @IsInt()
  occurrence: number;

  @IsDate()
  due_at: Date;

  @IsDate()
  ran_at: Date;

  @IsOptional()
  @IsId()
  journal_id: string | null;

  /** Why the ledger refused it. */
  @IsOptional()
  @IsString()
  refusal: string | null;

  @IsOptional()
  @IsString()
  detail: string | null;
}
