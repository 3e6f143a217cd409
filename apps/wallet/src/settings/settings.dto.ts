import { BoundedText } from '@florin/http';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsDate,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import type { WalletSettings } from './wallet-settings';

const mostDays = 36_500;

export class GiftCardSettingsDto {
  @IsArray()
  @ArrayMaxSize(2)
  @ArrayUnique()
  @IsIn(['wallet', 'store_credit'], { each: true })
  redeem_into: ('wallet' | 'store_credit')[];
  @IsInt() @Min(1) @Max(mostDays) valid_days: number;
  @IsInt() @Min(0) @Max(mostDays) refund_grace_days: number;
}

export class StoreCreditSettingsDto {
  @IsIn(['before_wallet', 'after_wallet']) spend: 'before_wallet' | 'after_wallet';
}

export class CodeSettingsDto {
  @IsInt() @Min(1) @Max(1_000) wrong_per_hour: number;
  @IsInt() @Min(1) @Max(10_080) lock_minutes: number;
}

export class CashbackSettingsDto {
  @IsIn(['automatic', 'staff']) approval: 'automatic' | 'staff';
}

export class ExchangeSettingsDto {
  /** Below 100 %: something is left to pay out. */
  @IsInt() @Min(0) @Max(9_999) spread_bps: number;
  @IsInt() @Min(1) @Max(86_400) quote_seconds: number;
}

export class WalletSettingsValuesDto implements WalletSettings {
  @ValidateNested() @Type(() => GiftCardSettingsDto) gift_cards: GiftCardSettingsDto;
  @ValidateNested() @Type(() => StoreCreditSettingsDto) store_credit: StoreCreditSettingsDto;
  @ValidateNested() @Type(() => CodeSettingsDto) codes: CodeSettingsDto;
  @ValidateNested() @Type(() => CashbackSettingsDto) cashback: CashbackSettingsDto;
  @ValidateNested() @Type(() => ExchangeSettingsDto) exchange: ExchangeSettingsDto;
}

export class SaveSettingsDto {
  @ValidateNested() @Type(() => WalletSettingsValuesDto) settings: WalletSettingsValuesDto;
  @BoundedText(300) reason: string;
}

/** One version of the settings; version 0 stands for what holds where nobody said anything. */
export class WalletSettingsDto {
  @IsInt() version: number;
  @ValidateNested() @Type(() => WalletSettingsValuesDto) settings: WalletSettingsValuesDto;
  @IsOptional() @IsString() reason: string | null;
  @IsOptional() @IsString() changed_by: string | null;
  @IsOptional() @IsDate() changed_at: Date | null;
}
