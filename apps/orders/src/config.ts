import { Type } from 'class-transformer';
import { IsInt, IsString, Max, Min, MinLength } from 'class-validator';
import { BaseConfig, LocalDefault } from '@florin/service-host';

/** What orders reads from the environment, beside what every service reads. */
export class OrdersConfig extends BaseConfig {
  /** How long stock and payment may take to answer before the checkout is cancelled. */
  @Type(() => Number) @IsInt() @Min(1) @Max(3_600) CHECKOUT_DEADLINE_SECONDS = 60;

  /** How much longer than the deadline reservations are asked for: they must outlive the confirmation. */
  @Type(() => Number) @IsInt() @Min(1) @Max(86_400) RESERVATION_MARGIN_SECONDS = 900;

  /** Hashes where requests come from; the same in wallet, or one client counts as two. */
  @LocalDefault('local-origin-secret') @IsString() @MinLength(16) ORIGIN_SECRET: string;
}
