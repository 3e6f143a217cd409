import { Global, Module } from '@nestjs/common';
import { WalletConfig } from '../config';
import type { CardProcessor } from './card-processor';
import { PaypalProcessor } from './paypal-processor';
import { ProcessorRouting } from './processor-routing';
import { ProcessorsController } from './processors.controller';
import { Processors } from './processors';
import { StripeProcessor } from './stripe-processor';

@Global()
@Module({
  controllers: [ProcessorsController],
  providers: [
    {
      provide: Processors,
      inject: [WalletConfig],
      useFactory: (config: WalletConfig) => new Processors([stripeOf(config), ...paypalOf(config)]),
    },
    ProcessorRouting,
  ],
  exports: [Processors],
})
export class ProcessorsModule {}

function stripeOf(config: WalletConfig): CardProcessor {
  return new StripeProcessor({
    url: config.PROCESSOR_URL,
    apiKey: config.PROCESSOR_API_KEY,
    webhookSecret: config.PROCESSOR_WEBHOOK_SECRET,
    timeoutMs: config.PROCESSOR_TIMEOUT_MS,
  });
}

function paypalOf(config: WalletConfig): CardProcessor[] {
  if (config.PAYPAL_URL === undefined) return [];
  return [
    new PaypalProcessor({
      url: config.PAYPAL_URL,
      clientId: config.PAYPAL_CLIENT_ID,
      clientSecret: config.PAYPAL_CLIENT_SECRET,
      webhookId: config.PAYPAL_WEBHOOK_ID,
      certificatesOrigin: config.PAYPAL_CERTIFICATES_ORIGIN ?? new URL(config.PAYPAL_URL).origin,
      timeoutMs: config.PROCESSOR_TIMEOUT_MS,
    }),
  ];
}
