import { IsCurrency, IsId } from '@florin/http';
import { Type } from 'class-transformer';
import { IsDate, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';

export class WalletBalanceDto {
  @IsCurrency()
  currency: string;

  /** All that is in it. */
  @IsInt()
  posted_minor: number;

  /** Of that, what open checkouts have set aside. */
  @IsInt()
  held_minor: number;

  /** What can be spent. */
  @IsInt()
  available_minor: number;

  /** Cashback whose hold period is not over yet. */
  @IsInt()
  cashback_pending_minor: number;
}

export class WalletDto {
  @IsId()
  member_id: string;

  @ValidateNested({ each: true })
  @Type(() => WalletBalanceDto)
  balances: WalletBalanceDto[];
}

/** One change of the wallet. */
export class WalletEntryDto {
  @IsString()
  id: string;

  @IsCurrency()
  currency: string;

  /** Signed minor units. */
  @IsInt()
  amount_minor: number;

  /** What was in the wallet right after it. */
  @IsInt()
  balance_after_minor: number;

  @IsString()
  kind: string;

  @IsOptional()
  @IsString()
  reference: string | null;

  @IsDate()
  posted_at: Date;
}
