import { BaseConfig, LocalDefault } from '@florin/service-host';
import { Type } from 'class-transformer';
import { IsInt, IsNotEmpty, Matches, Max, Min } from 'class-validator';

const key32 = /^[A-Za-z0-9_-]{43}$/;

/** What notifications reads from the environment, beside what every service reads. */
export class NotificationsConfig extends BaseConfig {
  @Matches(/^smtps?:\/\//, { message: 'SMTP_URL must be an smtp:// address' })
  SMTP_URL: string;

  @LocalDefault('Florin <shop@demo.test>')
  @IsNotEmpty()
  MAIL_FROM: string;

  /** Opens the links that auth sealed: 32 bytes, base64url. */
  @Matches(key32, { message: 'MAIL_SEAL_KEY must be 32 bytes in base64url' })
  MAIL_SEAL_KEY: string;

  /** Encrypts the secrets of webhook endpoints: 32 bytes, base64url. */
  @Matches(key32, { message: 'DATA_KEY must be 32 bytes in base64url' })
  DATA_KEY: string;

  /** SMTP connections kept open at once. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(50)
  SMTP_CONNECTIONS = 2;

  /** After this a webhook endpoint has not answered. */
  @Type(() => Number)
  @IsInt()
  @Min(100)
  @Max(30_000)
  WEBHOOK_TIMEOUT_MS = 10_000;
}
