import { IsCurrency, IsId } from '@florin/http';
import { Type } from 'class-transformer';
import { IsInt, ValidateNested } from 'class-validator';

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

export class OpenWalletDto {
  @IsCurrency()
  currency: string;
}
