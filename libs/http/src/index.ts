export { type Answer, accepted, Answered, created, ok } from './answered';
export { type AnswerOptions, Answers, Reads } from './answers';
export {
  type CursorField,
  type CursorShape,
  type CursorValues,
  decodeCursor,
  encodeCursor,
  page,
  type Page,
  PageQuery,
} from './cursors';
export { etagOf, IfMatch, requireVersion, tag, versionFrom } from './etags';
export { type Decided, Idempotency, type Queries } from './idempotency';
export { Idempotent, IdempotencyRequest } from './idempotent';
export { type IdempotentRequest, idempotentRequest } from './idempotent-request';
export { fromHeader, type HeaderDescription } from './from-header';
export { parsePrefer, WaitSeconds } from './prefer';
export { httpAdapter } from './adapter';
export { HttpModule, type HttpOptions } from './http.module';
export { idempotencyMigrations } from './idempotency-migrations';
export { RateLimit, type RateLimitRule } from './limits/rate-limit';
export { isCurrency } from './currencies';
export { BoundedText, IsCardToken, IsCurrency, IsId, IsMinor } from './validators';
export { type AdapterOptions } from './adapter';
export { clientAddressOf, TrustedProxies } from './client-address';
export { addressKeyOf, type OpenOrigin, RequestOrigin, sealed, type SealedOrigin, sealOrigin } from './request-origin';
export { httpConfig, type HttpConfig } from './config';
export { IdParam } from './id-param';
export { IdPipe, InputPipe } from './input-pipe';
export { describe as describeProblem, type Problem } from './problem';
export { RateLimitGuard } from './limits/rate-limit-guard';
export { Field, type FieldOptions } from './openapi/field';
export { OpenApi } from './openapi/open-api';
