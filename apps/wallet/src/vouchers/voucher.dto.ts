import { BoundedText, IsCurrency, IsId, IsMinor } from '@florin/http';
import { IsArray, IsBoolean, IsDate, IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import { IsInstant } from '../instants';
import { Optional } from '../optional';

const mostUses = 1_000_000_000;
/** Codes of one campaign share a transaction and an answer. */
const mostCodes = 500;
const mostMinor = 1_000_000_00;

export class CreateCampaignDto {
  @BoundedText(200) name: string;
  @IsCurrency() currency: string;
  /** What each use puts into the wallet. */
  @IsMinor({ min: 1, max: mostMinor }) amount_minor: number;
  /** One code for everybody. Without it codes are made, each for one use. */
  @Optional()
  @Matches(/^\s*[A-Za-z0-9-]{3,40}\s*$/, { message: 'code must be 3 to 40 letters, digits or -' })
  code?: string;
  /** How many codes are made where none is given; one unless said. */
  @Optional() @IsInt() @Min(1) @Max(mostCodes) count?: number;
  /** Of all members together; as many as there are codes unless said, or as the budget pays for. */
  @Optional() @IsInt() @Min(1) @Max(mostUses) max_uses?: number;
  @Optional() @IsInt() @Min(1) @Max(1_000_000) max_uses_per_member?: number;
  /** The most that the merchant gives away with it. */
  @IsMinor({ min: 1 }) budget_minor: number;
  /** From now unless said. */
  @Optional() @IsInstant() valid_from?: string;
  @Optional() @IsInstant() valid_until?: string;
}

/** What is left out stays. What was promised with it (amount and currency) cannot be changed: make another. */
export class ChangeCampaignDto {
  @Optional() @IsBoolean() active?: boolean;
  @Optional() @IsInstant() valid_until?: string;
  @Optional() @IsInt() @Min(1) @Max(mostUses) max_uses?: number;
  @Optional() @IsMinor({ min: 1 }) budget_minor?: number;
}

export class CampaignDto {
  @IsId() id: string;
  @IsString() name: string;
  @IsCurrency() currency: string;
  @IsMinor() amount_minor: number;
  @IsInt() max_uses: number;
  @IsInt() max_uses_per_member: number;
  @IsMinor() budget_minor: number;
  @IsDate() valid_from: Date;
  @IsOptional() @IsDate() valid_until: Date | null;
  @IsBoolean() active: boolean;
  @IsInt() uses: number;
  @IsMinor() spent_minor: number;
  @IsInt() version: number;
  @IsDate() created_at: Date;
}

export class NewCampaignDto extends CampaignDto {
  /** Codes that were made are said this once, and never again: a repeated answer has none. */
  @IsArray() @IsString({ each: true }) codes: string[];
}

export class RedeemVoucherDto {
  @BoundedText(64) code: string;
}

export class RedemptionDto {
  @IsId() id: string;
  @IsId() campaign_id: string;
  @IsId() member_id: string;
  @IsCurrency() currency: string;
  @IsMinor() amount_minor: number;
  @IsDate() redeemed_at: Date;
}
