import { IsId, PageQuery } from '@florin/http';
import { Type } from 'class-transformer';
import { IsDate, IsIn, IsInt, IsISO8601, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';

/** A moment on two axes of time; now, where one is left out. */
export class StateQuery {
  /** What counted by then. */
  @IsOptional()
  @IsISO8601({ strict: true })
  as_of?: string;

  /** What was known by then. */
  @IsOptional()
  @IsISO8601({ strict: true })
  known_at?: string;
}

export class DiffQuery extends PageQuery {
  /** The earlier moment: what counted by then. */
  @IsISO8601({ strict: true })
  from: string;

  /** What was known then; now when left out. */
  @IsOptional()
  @IsISO8601({ strict: true })
  from_known_at?: string;

  /** The later moment; now when left out. */
  @IsOptional()
  @IsISO8601({ strict: true })
  to?: string;

  @IsOptional()
  @IsISO8601({ strict: true })
  to_known_at?: string;
}

export class LotStateDto {
  @IsId()
  id: string;

  @IsId()
  order_id: string;

  /** What was left of it. */
  @IsInt()
  points: number;

  @IsString()
  source: string;

  @IsDate()
  earned_at: Date;

  @IsOptional()
  @IsDate()
  expires_at: Date | null;
}

export class RulesStateDto {
  @IsInt()
  version: number;

  @IsDate()
  published_at: Date;

  @IsObject()
  rules: object;
}

export class ProgramStateDto {
  @IsId()
  program_id: string;

  @IsString()
  program_name: string;

  @IsString()
  tier: string;

  /** Spendable points. */
  @IsInt()
  points: number;

  @IsInt()
  qualifying_points: number;

  /** How many lots had points left. */
  @IsInt()
  lots_open: number;

  /** Of these the first 200, first expiring first. */
  @ValidateNested({ each: true })
  @Type(() => LotStateDto)
  lots: LotStateDto[];

  /** The rules in force; none before the first version. */
  @IsOptional()
  @ValidateNested()
  @Type(() => RulesStateDto)
  rules: RulesStateDto | null;
}

export class MemberStateDto {
  @IsId()
  member_id: string;

  @IsDate()
  as_of: Date;

  @IsDate()
  known_at: Date;

  /** The programs that the member belonged to. */
  @ValidateNested({ each: true })
  @Type(() => ProgramStateDto)
  programs: ProgramStateDto[];
}

/** Something that counts at one of two moments and not at the other. */
export class StateEventDto {
  /** Of the receipt. */
  @IsId()
  id: string;

  @IsId()
  program_id: string;

  @IsString()
  kind: string;

  @IsString()
  reason: string;

  @IsId()
  order_id: string;

  /** `gained`: it counts at the later moment alone; `lost`: at the earlier one alone. */
  @IsIn(['gained', 'lost'])
  change: 'gained' | 'lost';

  /** What the event changes between the two moments. */
  @IsInt()
  points: number;

  @IsInt()
  qualifying_points: number;

  @IsDate()
  effective_at: Date;

  @IsDate()
  recorded_at: Date;
}

export class StateDiffDto {
  @ValidateNested()
  @Type(() => MemberStateDto)
  from: MemberStateDto;

  @ValidateNested()
  @Type(() => MemberStateDto)
  to: MemberStateDto;

  /** The events that explain the difference: their points sum to it over all pages. */
  @ValidateNested({ each: true })
  @Type(() => StateEventDto)
  events: StateEventDto[];

  @IsOptional()
  @IsString()
  next_cursor: string | null;
}
