import { BoundedText, IsCurrency, IsId, IsMinor, PageQuery } from '@florin/http';
import { Type } from 'class-transformer';
import { IsArray, IsDate, IsIn, IsInt, IsOptional, IsString, Max, Min, ValidateNested } from 'class-validator';
import { IsInstant } from '../instants';
import { Optional } from '../optional';

/** Cards of one batch share a transaction and an answer. */
const mostCards = 200;
const mostMinor = 1_000_000_00;

export const cardStates = ['active', 'cancelled', 'expired'] as const;

export class IssueGiftCardsDto {
  @IsMinor({ min: 1, max: mostMinor }) amount_minor: number;
  @IsCurrency() currency: string;
  /** How many of the same; one unless said. */
  @Optional() @IsInt() @Min(1) @Max(mostCards) count?: number;
  /** As the merchant's settings say unless said here. */
  @Optional() @IsInstant() expires_at?: string;
  /** The only member who may use it. */
  @Optional() @IsId() recipient_id?: string;
  @BoundedText(300) reason: string;
}

export class GiftCardDto {
  @IsId() id: string;
  @IsId() batch_id: string;
  @IsString() last4: string;
  @IsCurrency() currency: string;
  /** What it was issued with. */
  @IsMinor() amount_minor: number;
  /** What can be spent of it. */
  @IsMinor() available_minor: number;
  /** What open checkouts have set aside of it. */
  @IsMinor() held_minor: number;
  @IsIn(cardStates) state: string;
  @IsDate() expires_at: Date;
  @IsOptional() @IsId() recipient_id: string | null;
  @IsOptional() @IsId() owner_id: string | null;
  @IsOptional() @IsDate() claimed_at: Date | null;
  @IsDate() created_at: Date;
}

export class IssuedGiftCardDto {
  @IsId() id: string;
  @IsString() last4: string;
  /** Said this once, and never again: null in a repeated answer. */
  @IsOptional() @IsString() code: string | null;
}

export class GiftCardBatchDto {
  @IsId() id: string;
  @IsMinor() amount_minor: number;
  @IsCurrency() currency: string;
  @IsDate() expires_at: Date;
  @IsArray() @ValidateNested({ each: true }) @Type(() => IssuedGiftCardDto) cards: IssuedGiftCardDto[];
}

export class GiftCardCodeDto {
  /** As printed; case, blanks and dashes do not matter. */
  @BoundedText(64) code: string;
}

export class RedeemGiftCardDto extends GiftCardCodeDto {
  /** The merchant's settings say which of them are open. */
  @IsIn(['wallet', 'store_credit']) into: 'wallet' | 'store_credit';
}

export class CancelGiftCardDto {
  @BoundedText(300) reason: string;
}

export class GiftCardsQuery extends PageQuery {
  @IsOptional() @IsIn(cardStates) state?: string;
  @IsOptional() @IsId() batch_id?: string;
  @IsOptional() @IsId() owner_id?: string;
}

/** One change of what is on a card. */
export class GiftCardEntryDto {
  @IsString() id: string;
  /** Signed minor units. */
  @IsInt() amount_minor: number;
  @IsMinor() balance_after_minor: number;
  @IsString() kind: string;
  @IsOptional() @IsString() reference: string | null;
  @IsDate() posted_at: Date;
}
