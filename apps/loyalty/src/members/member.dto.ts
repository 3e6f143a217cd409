import { IsId } from '@florin/http';
import { Type } from 'class-transformer';
import { IsBoolean, IsDate, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';

export class NextTierDto {
  @IsString()
  name: string;

  /** Qualifying points still missing. */
  @IsInt()
  missing: number;
}

export class StandingDto {
  @IsId()
  member_id: string;

  @IsId()
  program_id: string;

  @IsString()
  program_name: string;

  @IsString()
  tier: string;

  /** Spendable points. */
  @IsInt()
  points: number;

  /** What counts towards the tier: all that was earned and not clawed back. */
  @IsInt()
  qualifying_points: number;

  @IsOptional()
  @ValidateNested()
  @Type(() => NextTierDto)
  next_tier: NextTierDto | null;

  @IsBoolean()
  is_frozen: boolean;

  @IsDate()
  enrolled_at: Date;
}

export class MemberDto {
  @IsId()
  member_id: string;

  @ValidateNested({ each: true })
  @Type(() => StandingDto)
  programs: StandingDto[];
}

/** Points of one earning; consumed first expiring first. */
export class LotDto {
  @IsId()
  id: string;

  @IsId()
  program_id: string;

  @IsId()
  order_id: string;

  @IsInt()
  earned: number;

  @IsInt()
  remaining: number;

  @IsString()
  source: string;

  @IsDate()
  earned_at: Date;

  @IsOptional()
  @IsDate()
  expires_at: Date | null;
}
