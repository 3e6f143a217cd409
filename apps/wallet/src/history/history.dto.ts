import { IsCurrency, IsId, IsMinor, PageQuery } from '@florin/http';
import { Type } from 'class-transformer';
import { IsDate, IsIn, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { WalletBalanceDto } from '../accounts/wallet.dto';
import { IsInstant } from '../instants';

/** A moment on two axes of time; now, where one is left out. */
export class StateQuery {
  /** What counted by then. */
  @IsOptional()
  @IsInstant()
  as_of?: string;

  /** What was known by then. */
  @IsOptional()
  @IsInstant()
  known_at?: string;
}

export class DiffQuery extends PageQuery {
  /** The earlier moment: what counted by then. */
  @IsInstant()
  from: string;

  /** What was known then; now when left out. */
  @IsOptional()
  @IsInstant()
  from_known_at?: string;

  /** The later moment; now when left out. */
  @IsOptional()
  @IsInstant()
  to?: string;

  @IsOptional()
  @IsInstant()
  to_known_at?: string;
}

/** Money that was set aside. */
export class HoldStateDto {
  @IsId()
  id: string;

  @IsCurrency()
  currency: string;

  /** What it still held back. */
  @IsMinor()
  amount_minor: number;

  @IsOptional()
  @IsString()
  reference: string | null;

  @IsDate()
  created_at: Date;
}

/** A gift card that the member had claimed, or a grant of store credit. */
export class StoredValueStateDto {
  @IsId()
  id: string;

  @IsIn(['gift_card', 'store_credit'])
  what: 'gift_card' | 'store_credit';

  @IsCurrency()
  currency: string;

  /** What was left of it. */
  @IsInt()
  balance_minor: number;

  @IsInt()
  held_minor: number;

  @IsOptional()
  @IsDate()
  expires_at: Date | null;
}

export class FreezeStateDto {
  @IsIn(['debits', 'all'])
  scope: string;

  @IsString()
  reason: string;

  @IsDate()
  frozen_at: Date;
}

export class WalletStateDto {
  @IsId()
  member_id: string;

  @IsDate()
  as_of: Date;

  @IsDate()
  known_at: Date;

  @ValidateNested({ each: true })
  @Type(() => WalletBalanceDto)
  balances: WalletBalanceDto[];

  @ValidateNested({ each: true })
  @Type(() => HoldStateDto)
  holds: HoldStateDto[];

  @ValidateNested({ each: true })
  @Type(() => StoredValueStateDto)
  stored_value: StoredValueStateDto[];

  /** Null where the wallet was not frozen. */
  @IsOptional()
  @ValidateNested()
  @Type(() => FreezeStateDto)
  freeze: FreezeStateDto | null;
}

/** A posting that counts at one of two moments and not at the other. */
export class StateEventDto {
  @IsId()
  journal_id: string;

  /** The account it is on: of the wallet, of pending cashback, of a gift card or a store credit. */
  @IsString()
  account: string;

  @IsCurrency()
  currency: string;

  @IsString()
  kind: string;

  @IsOptional()
  @IsString()
  reference: string | null;

  /** `gained`: it counts at the later moment alone; `lost`: at the earlier one alone. */
  @IsIn(['gained', 'lost'])
  change: 'gained' | 'lost';

  /** What it changes between the two moments: signed minor units. */
  @IsInt()
  amount_minor: number;

  @IsDate()
  effective_at: Date;

  @IsDate()
  recorded_at: Date;
}

export class StateDiffDto {
  @ValidateNested()
  @Type(() => WalletStateDto)
  from: WalletStateDto;

  @ValidateNested()
  @Type(() => WalletStateDto)
  to: WalletStateDto;

  /** The journals that explain the difference of the balances: per account their amounts sum to it over all pages. */
  @ValidateNested({ each: true })
  @Type(() => StateEventDto)
  events: StateEventDto[];

  @IsOptional()
  @IsString()
  next_cursor: string | null;
}
