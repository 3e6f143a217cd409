import { BoundedText, IsId, PageQuery } from '@florin/http';
import { maxTextLength } from '@florin/ledger';
import { IsBoolean, IsDate, IsIn, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';

const measures = ['posted', 'held', 'available'] as const;
const directions = ['above', 'below'] as const;

export class WatchDto {
  /** Code of one of the merchant's accounts. */
  @BoundedText(maxTextLength)
  account: string;

  @IsIn(measures)
  measure: (typeof measures)[number];

  /** `above` tells when the balance becomes more than the threshold, `below` when it becomes less. */
  @IsIn(directions)
  direction: (typeof directions)[number];

  /** Minor units; may be below zero. */
  @IsInt()
  @Min(Number.MIN_SAFE_INTEGER)
  @Max(Number.MAX_SAFE_INTEGER)
  threshold_minor: number;
}

export class MonitorDto extends WatchDto {
  @IsId()
  id: string;

  @IsString()
  asset: string;

  /** How it stands now: it tells when this becomes true, not while it is. */
  @IsBoolean()
  beyond: boolean;

  @IsDate()
  created_at: Date;

  @IsOptional()
  @IsDate()
  removed_at: Date | null;
}

export class MonitorsQuery extends PageQuery {
  @IsOptional()
  @BoundedText(maxTextLength)
  account?: string;
}

/** A balance passed a threshold. */
export class CrossingDto {
  @IsId()
  id: string;

  /** The balance right after the write that made it cross. */
  @IsInt()
  value_minor: number;

  /** The journal or hold of that write. */
  @IsId()
  result_id: string;

  @IsDate()
  crossed_at: Date;
}
