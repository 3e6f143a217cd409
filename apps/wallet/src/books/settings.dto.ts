import { BoundedText, IsCurrency, IsMinor } from '@florin/http';
import { IsDate, IsInt, IsOptional, IsString, Min } from 'class-validator';

const longestReason = 500;

export class LedgerSettingsQuery {
  @IsCurrency()
  currency: string;
}

export class SaveLedgerSettingsDto {
  @IsCurrency()
  currency: string;

  /** A journal by hand that moves more needs a second person; 0 for each of them, null for none. */
  @IsOptional()
  @IsMinor()
  four_eyes_above_minor: number | null;

  @BoundedText(longestReason)
  reason: string;
}

/** One version of the settings; version 0 stands for none yet. */
export class LedgerSettingsDto {
  @IsCurrency()
  currency: string;

  @IsInt()
  @Min(0)
  version: number;

  @IsOptional()
  @IsMinor()
  four_eyes_above_minor: number | null;

  @IsOptional()
  @IsString()
  reason: string | null;

  @IsOptional()
  @IsString()
  changed_by: string | null;

  @IsOptional()
  @IsDate()
  changed_at: Date | null;
}
