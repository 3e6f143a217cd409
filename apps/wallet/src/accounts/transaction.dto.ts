import { BoundedText, IsCurrency, IsId, PageQuery } from '@florin/http';
import { IsDate, IsInt, IsObject, IsOptional, IsString } from 'class-validator';
import { IsInstant } from '../instants';

const longestKind = 100;

/** Which transactions: everything that is given must fit. */
export class TransactionsQuery extends PageQuery {
  @IsOptional()
  @IsCurrency()
  currency?: string;

  /** Such as `topup`, `wallet_payment`, `refund`, `transfer`. */
  @IsOptional()
  @BoundedText(longestKind)
  kind?: string;

  @IsOptional()
  @IsId()
  order_id?: string;

  /** From this instant on. */
  @IsOptional()
  @IsInstant()
  from?: string;

  /** Before this instant. */
  @IsOptional()
  @IsInstant()
  to?: string;
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

  /** The business event behind it. */
  @IsOptional()
  @IsString()
  reference: string | null;

  @IsOptional()
  @IsId()
  order_id: string | null;

  /** The other member, where the money came from or went to one. */
  @IsOptional()
  @IsId()
  counterparty_id: string | null;

  /** What the journal says about itself. */
  @IsOptional()
  @IsObject()
  details: Record<string, unknown> | null;

  @IsDate()
  posted_at: Date;

  /** When it counts; the same as `posted_at` unless it was booked for another day. */
  @IsDate()
  effective_at: Date;
}
