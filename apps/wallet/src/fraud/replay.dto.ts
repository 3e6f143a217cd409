import { IsId } from '@florin/http';
import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsDate,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { outcomes, RuleResultDto } from './fraud.dto';
import { SaveFraudSettingsDto } from './fraud-settings.dto';

export class ReplayDto {
  /** `stored` takes it again with what it was taken with, `current` with what holds now. */
  @IsIn(['stored', 'current'])
  with: 'stored' | 'current';
}

export class ReplayedDto {
  @IsIn(outcomes)
  outcome: (typeof outcomes)[number];

  @IsInt()
  score: number;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => RuleResultDto)
  results: RuleResultDto[];

  /** Whether outcome, score and every reason are those of the log. */
  @IsBoolean()
  equal: boolean;
}

export class ReplayManyDto extends ReplayDto {
  @IsISO8601({ strict: true, strictSeparator: true })
  @MaxLength(40)
  from: string;

  @IsISO8601({ strict: true, strictSeparator: true })
  @MaxLength(40)
  to: string;
}

/** Settings that nobody has said yet, tried on a span of the past. */
export class TrySettingsDto extends SaveFraudSettingsDto {
  @IsISO8601({ strict: true, strictSeparator: true })
  @MaxLength(40)
  from: string;

  @IsISO8601({ strict: true, strictSeparator: true })
  @MaxLength(40)
  to: string;
}

export class OutcomeChangeDto {
  @IsIn(outcomes)
  logged: string;

  @IsIn(outcomes)
  replayed: string;

  @IsInt()
  count: number;
}

export class ReplayedManyDto {
  @IsInt()
  examined: number;

  /** Decisions whose outcome, score or reasons would be others. */
  @IsInt()
  differing: number;

  /** The first of them. */
  @IsArray()
  @IsId({ each: true })
  examples: string[];

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => OutcomeChangeDto)
  outcomes: OutcomeChangeDto[];

  /** More lie in the span than are replayed at once: go on from `until`. */
  @IsBoolean()
  has_more: boolean;

  @IsOptional()
  @IsDate()
  until: Date | null;
}
