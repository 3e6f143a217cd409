import { BoundedText, IsCurrency, IsId, IsMinor } from '@florin/http';
import { IsDate, IsIn, IsOptional, IsString } from 'class-validator';
import { IsInstant } from '../instants';
import { Optional } from '../optional';

const mostMinor = 1_000_000_00;

export class GrantStoreCreditDto {
  @IsId() member_id: string;
  @IsMinor({ min: 1, max: mostMinor }) amount_minor: number;
  @IsCurrency() currency: string;
  /** Never, when left out. */
  @Optional() @IsInstant() expires_at?: string;
  @BoundedText(300) reason: string;
}

export class WithdrawStoreCreditDto {
  @BoundedText(300) reason: string;
}

export class StoreCreditDto {
  @IsId() id: string;
  @IsId() member_id: string;
  @IsCurrency() currency: string;
  @IsMinor() amount_minor: number;
  /** What can be spent of it. */
  @IsMinor() available_minor: number;
  /** What open checkouts have set aside of it. */
  @IsMinor() held_minor: number;
  @IsIn(['grant', 'refund', 'gift_card']) source: string;
  @IsIn(['active', 'withdrawn', 'expired']) state: string;
  @IsOptional() @IsDate() expires_at: Date | null;
  @IsString() reason: string;
  @IsDate() created_at: Date;
}
