import { BaseConfig, LocalDefault } from '@florin/service-host';
import { Type } from 'class-transformer';
import {
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  Min,
  MinLength,
  ValidateIf,
} from 'class-validator';

/** What wallet reads from the environment, beside what every service reads. */
export class WalletConfig extends BaseConfig {
  /** The card processor: any server that speaks the payment-intents protocol. */
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  PROCESSOR_URL: string;

  @LocalDefault('sk_local')
  @IsString()
  @IsNotEmpty()
  PROCESSOR_API_KEY: string;

  /** Signs what the processor tells us. */
  @LocalDefault('whsec_local')
  @IsString()
  @IsNotEmpty()
  PROCESSOR_WEBHOOK_SECRET: string;

  /** Hashes where requests come from; the same in orders, or one client counts as two. */
  @LocalDefault('local-origin-secret')
  @IsString()
  @MinLength(16)
  ORIGIN_SECRET: string;

  /** PayPal's API, or a server that speaks it; without it payments cannot go there. */
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  PAYPAL_URL?: string;

  @LocalDefault('client_local')
  @ValidateIf(({ PAYPAL_URL }: WalletConfig) => PAYPAL_URL !== undefined)
  @IsString()
  @IsNotEmpty()
  PAYPAL_CLIENT_ID: string;

  @LocalDefault('secret_local')
  @ValidateIf(({ PAYPAL_URL }: WalletConfig) => PAYPAL_URL !== undefined)
  @IsString()
  @IsNotEmpty()
  PAYPAL_CLIENT_SECRET: string;

  /** PayPal's id of the webhook that was set up there: part of what it signs. */
  @LocalDefault('WH-LOCAL')
  @ValidateIf(({ PAYPAL_URL }: WalletConfig) => PAYPAL_URL !== undefined)
  @IsString()
  @IsNotEmpty()
  PAYPAL_WEBHOOK_ID: string;

  /** Where PayPal's signing certificates may come from; PAYPAL_URL's own origin, when left out. */
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  PAYPAL_CERTIFICATES_ORIGIN?: string;

  /** After this a call counts as unanswered, and the payment as unknown. */
  @Type(() => Number)
  @IsInt()
  @Min(100)
  @Max(60_000)
  PROCESSOR_TIMEOUT_MS = 5_000;

  /** The payout provider: any server that speaks the payment-orders protocol of Modern Treasury. */
  @LocalDefault('http://127.0.0.1:9')
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  PAYOUT_URL: string;

  @LocalDefault('florin_local')
  @IsString()
  @IsNotEmpty()
  PAYOUT_ORGANIZATION_ID: string;

  @LocalDefault('payout_local')
  @IsString()
  @IsNotEmpty()
  PAYOUT_API_KEY: string;

  /** Signs what the payout provider tells us. */
  @LocalDefault('payout_webhook_local')
  @IsString()
  @IsNotEmpty()
  PAYOUT_WEBHOOK_KEY: string;

  /** Our account at the provider, from which is paid. */
  @LocalDefault('local_account')
  @IsString()
  @IsNotEmpty()
  PAYOUT_ACCOUNT_ID: string;

  /** After this a call counts as unanswered, and the payout as unknown. */
  @Type(() => Number)
  @IsInt()
  @Min(100)
  @Max(60_000)
  PAYOUT_TIMEOUT_MS = 10_000;

  /** Seal the accounts that members are paid on: `<key id>:<32 bytes in base64url>`, the first seals, all of them open; separated by commas. */
  @LocalDefault('local:bG9jYWwtcGF5b3V0LWtleS1mb3ItbGFwdG9wcy1vbmw')
  @Matches(/^[\w-]+:[A-Za-z0-9_-]{43}(,[\w-]+:[A-Za-z0-9_-]{43})*$/, {
    message: 'PAYOUT_DATA_KEYS must be keys such as 2026-11:<32 bytes in base64url>, separated by commas',
  })
  PAYOUT_DATA_KEYS: string;
}
