import { IsCardToken, IsCurrency, IsId, IsMinor } from '@florin/http';
import { IsDate, IsIn, IsOptional, IsString, Matches } from 'class-validator';

const mostMinor = 1_000_000_00;

export class CreateTopupDto {
  @IsMinor({ min: 1, max: mostMinor })
  amount_minor: number;

  @IsCurrency()
  currency: string;

  @IsCardToken()
  card_token: string;

  /** The processor's fingerprint of the card behind the token, where it is known. */
  @IsOptional()
  @IsCardToken()
  card_fingerprint?: string;

  /** Where the card was issued: ISO 3166-1 alpha-2. */
  @IsOptional()
  @Matches(/^[A-Z]{2}$/)
  card_country?: string;
}

export class TopupDto {
  @IsId()
  id: string;

  @IsId()
  payment_id: string;

  @IsCurrency()
  currency: string;

  @IsMinor()
  amount_minor: number;

  @IsIn(['requested', 'completed', 'failed'])
  state: string;

  @IsOptional()
  @IsString()
  failure_code: string | null;

  @IsDate()
  created_at: Date;

  @IsOptional()
  @IsDate()
  settled_at: Date | null;
}
