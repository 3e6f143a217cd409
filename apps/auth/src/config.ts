import { BaseConfig } from '@florin/service-host';
import { Type } from 'class-transformer';
import { IsEmail, IsInt, IsOptional, IsString, Matches, Max, Min, MinLength } from 'class-validator';

const key32 = /^[A-Za-z0-9_-]{43}$/;

/** What auth reads from the environment, beside what every service reads. */
export class AuthConfig extends BaseConfig {
  /** JSON array of private ES256 JWKs: the first signs, all are published, so a key can be rotated without an outage. */
  @IsString()
  @MinLength(2)
  JWT_PRIVATE_KEYS: string;

  /** Seals links for the mail: 32 bytes, base64url; notifications has the same. */
  @Matches(key32, { message: 'MAIL_SEAL_KEY must be 32 bytes in base64url' })
  MAIL_SEAL_KEY: string;

  /** Life of an access token: short, because until then it is believed. */
  @Type(() => Number)
  @IsInt()
  @Min(30)
  @Max(3_600)
  ACCESS_TOKEN_SECONDS = 900;

  @Type(() => Number)
  @IsInt()
  @Min(3_600)
  @Max(31_536_000)
  REFRESH_TOKEN_SECONDS = 2_592_000;

  /** The first administrator, made at boot when there is no user at all. */
  @IsOptional()
  @IsEmail()
  BOOTSTRAP_ADMIN_EMAIL?: string;

  @IsOptional()
  @MinLength(12)
  BOOTSTRAP_ADMIN_PASSWORD?: string;
}
