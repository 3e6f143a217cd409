import { IsId } from '@florin/http';
import { Type } from 'class-transformer';
import { IsInt, IsString, ValidateNested } from 'class-validator';
import { RevenueSumsDto } from '../revenue/revenue.dto';

export class PointsSumsDto {
  @IsId()
  program_id: string;

  @IsInt()
  earned: number;

  @IsInt()
  clawed_back: number;
}

/** The last thirty days of a merchant at a glance; days are UTC. */
export class DashboardDto {
  @IsString()
  from: string;

  @IsString()
  to: string;

  @ValidateNested({ each: true })
  @Type(() => RevenueSumsDto)
  revenue: RevenueSumsDto[];

  @ValidateNested({ each: true })
  @Type(() => PointsSumsDto)
  points: PointsSumsDto[];

  /** People who bought today, and in the thirty days. */
  @IsInt()
  daily_active_users: number;

  @IsInt()
  monthly_active_users: number;

  @IsInt()
  members_enrolled: number;
}
