import { BoundedText, IsId } from '@florin/http';
import { IsBoolean, IsDate, IsEmail, IsInt, IsOptional, IsString, Matches, MaxLength } from 'class-validator';

export class LogInDto {
  @IsEmail()
  @MaxLength(254)
  email: string;

  @BoundedText(200)
  password: string;
}

export class RefreshDto {
  @Matches(/^[A-Za-z0-9_-]{43}$/, { message: '$property must be a refresh token' })
  refresh_token: string;
}

/** As RFC 6749 names them. */
export class TokensDto {
  @IsString()
  access_token: string;

  @IsString()
  token_type: string;

  @IsInt()
  expires_in: number;

  @IsString()
  refresh_token: string;
}

export class SessionDto {
  @IsId()
  id: string;

  /** Whether the request came with it. */
  @IsBoolean()
  current: boolean;

  @IsOptional()
  @IsString()
  address: string | null;

  @IsOptional()
  @IsString()
  user_agent: string | null;

  @IsDate()
  created_at: Date;

  @IsDate()
  last_used_at: Date;
}
