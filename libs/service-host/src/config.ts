import { Transform, Type } from 'class-transformer';
import {
  IsBoolean,
  IsEmpty,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsNumber,
  IsOptional,
  IsUrl,
  Matches,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';
import { LocalDefault } from './local-default';
import type { Environment } from './load-config';
import { allRoles } from './roles';
import type { Role } from './roles';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const words = ({ value }: { value: unknown }) =>
  typeof value === 'string' ? value.split(',').map((word) => word.trim()) : value;
const webAddress = { require_tld: false, require_protocol: true, protocols: ['http', 'https'] };

/** The settings of every service. A service extends it with its own; property names are the names of the variables. */
export class BaseConfig {
  /** True on a laptop and in tests: secrets then have local defaults, traces can be read at /dev/traces, the clock can be moved. */
  @Transform(({ value }) => value === true || value === 'true')
  @IsBoolean()
  LOCAL_RUN = false;

  @IsNotEmpty()
  HOST = '127.0.0.1';

  /** 0 takes any free port. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(65_535)
  PORT = 3_000;

  /** Which parts of the service this process runs. Health and metrics are there with any. */
  @Transform(words)
  @IsIn(allRoles, { each: true, message: `ROLES must be some of ${allRoles.join(', ')}` })
  ROLES: Role[] = [...allRoles];

  @IsIn(logLevels)
  LOG_LEVEL: (typeof logLevels)[number] = 'info';

  @Matches(/^postgres(ql)?:\/\//, { message: 'DATABASE_URL must be a postgres:// address' })
  DATABASE_URL: string;

  @Matches(/^amqps?:\/\//, { message: 'RABBITMQ_URL must be an amqp:// address' })
  RABBITMQ_URL: string;

  /** Prefix of exchanges and queues, where installations share a broker. */
  @Matches(/^[a-z][a-z0-9-]*$/, { message: 'MESSAGING_NAMESPACE must be lower-case letters, digits and dashes' })
  MESSAGING_NAMESPACE = 'florin';

  /** Rate limits and caches; without it each process counts for itself. */
  @IsOptional()
  @Matches(/^rediss?:\/\//, { message: 'REDIS_URL must be a redis:// address' })
  REDIS_URL?: string;

  /** Where auth publishes its keys. */
  @Matches(/^(https?:\/\/|data:)/, { message: 'JWKS_URL must be an http:// address' })
  JWKS_URL: string;

  @IsNotEmpty()
  JWT_ISSUER: string;

  @IsNotEmpty()
  JWT_AUDIENCE: string;

  /** Where clients reach the platform: the start of links in mails and answers. */
  @LocalDefault('http://127.0.0.1:4000')
  @IsUrl(webAddress, { message: 'PUBLIC_URL must be an http:// address' })
  PUBLIC_URL: string;

  /** Traces go there as OTLP over HTTP. Without it, requests keep their trace ids and nothing is sent. */
  @IsOptional()
  @IsUrl(webAddress, { message: 'OTEL_EXPORTER_OTLP_ENDPOINT must be an http:// address' })
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  /** Share of new traces that are kept, from 0 to 1. A caller's decision is always followed. */
  @Type(() => Number)
  @IsNumber()
  @Min(0)
  @Max(1)
  OTEL_TRACES_SAMPLER_ARG = 1;

  /** Holds how far the clock of a local run is ahead; see writeClockOffset. */
  @ValidateIf((config: BaseConfig) => !config.LOCAL_RUN)
  @IsEmpty({ message: 'TEST_CLOCK_FILE is for a local run only' })
  TEST_CLOCK_FILE?: string;

  /** After this the process ends, whatever is still running. Longer than messaging's drain, shorter than the pod's grace period. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  SHUTDOWN_LIMIT_SECONDS = 40;
}

/** The environment of this process: what main.ts reads its settings from. */
export function environment(): Environment {
  return process.env;
}
