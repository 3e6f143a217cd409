import { IsCurrency, IsId } from '@florin/http';
import { IsInt, Max, Min } from 'class-validator';

const mostMicros = 1_000_000_000_000;
const wholeBps = 10_000;
const mostPoints = 1_000_000_000_000;

/** What the books take for granted about a program, for lots from now on and for closes from the next on. */
export class LiabilitySettingInputDto {
  /** What one point pays for, in millionths of a minor unit: 1000000 is one cent. */
  @IsInt()
  @Min(0)
  @Max(mostMicros)
  point_value_micros: number;

  /** Which part of the points is expected to be redeemed in the end, in basis points. The rest is breakage. */
  @IsInt()
  @Min(0)
  @Max(wholeBps)
  redemption_bps: number;

  /** As many points of evidence as that counts for, beside what was really redeemed. */
  @IsInt()
  @Min(0)
  @Max(mostPoints)
  prior_weight_points: number;

  /** How far it may be off while there is too little to measure it, in basis points of what is outstanding. */
  @IsInt()
  @Min(0)
  @Max(wholeBps)
  spread_bps: number;
}

export class LiabilitySettingDto extends LiabilitySettingInputDto {
  @IsId()
  program_id: string;

  @IsCurrency()
  currency: string;

  @IsInt()
  version: number;
}
