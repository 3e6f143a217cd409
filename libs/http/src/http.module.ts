import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Idempotency } from './idempotency';

export interface HttpOptions {
  /** The name of the service, for the OpenAPI document and the keys in Redis. */
  service: string;
  title?: string;
  version?: string;
}

@Global()
@Module({})
export class HttpModule {
  static forService(options: HttpOptions): DynamicModule {
    void options;
    return { module: HttpModule, providers: [Idempotency], exports: [Idempotency] };
  }
}
