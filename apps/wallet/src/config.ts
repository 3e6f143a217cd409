import { BaseConfig, LocalDefault } from '@florin/service-host';
import { Type } from 'class-transformer';
import { IsInt, IsNotEmpty, IsString, IsUrl, Max, Min } from 'class-validator';

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

  /** After this a call counts as unanswered, and the payment as unknown. */
  @Type(() => Number)
  @IsInt()
  @Min(100)
  @Max(60_000)
  PROCESSOR_TIMEOUT_MS = 5_000;
}
