import { BoundedText, IsCurrency, IsId, IsMinor, PageQuery } from '@florin/http';
import { IsDate, IsOptional, IsString } from 'class-validator';

const longestNote = 140;

export class MakeTransferDto {
  /** Another member who has a wallet at the same merchant. */
  @IsId()
  to_member_id: string;

  @IsMinor({ min: 1 })
  amount_minor: number;

  @IsCurrency()
  currency: string;

  /** Both sides read it. */
  @IsOptional()
  @BoundedText(longestNote)
  note?: string;
}

export class TransferDto {
  @IsId()
  id: string;

  @IsId()
  from_member_id: string;

  @IsId()
  to_member_id: string;

  @IsCurrency()
  currency: string;

  @IsMinor({ min: 1 })
  amount_minor: number;

  @IsOptional()
  @IsString()
  note: string | null;

  @IsDate()
  created_at: Date;
}

export class TransfersQuery extends PageQuery {
  @IsOptional()
  @IsCurrency()
  currency?: string;
}
