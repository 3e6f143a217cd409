import { Global, Module } from '@nestjs/common';
import { WalletConfig } from '../config';
import { CARD_PROCESSOR } from './card-processor';
import { StripeProcessor } from './stripe-processor';

@Global()
@Module({
  providers: [
    {
      provide: CARD_PROCESSOR,
      inject: [WalletConfig],
      useFactory: (config: WalletConfig) =>
        new StripeProcessor({
          url: config.PROCESSOR_URL,
          apiKey: config.PROCESSOR_API_KEY,
          timeoutMs: config.PROCESSOR_TIMEOUT_MS,
        }),
    },
  ],
  exports: [CARD_PROCESSOR],
})
export class ProcessorsModule {}
