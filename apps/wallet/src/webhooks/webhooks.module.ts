import { Module } from '@nestjs/common';
import { PaymentsModule } from '../payments/payments.module';
import { ReceiveWebhook } from './receive-webhook';
import { WebhooksController } from './webhooks.controller';

@Module({ imports: [PaymentsModule], controllers: [WebhooksController], providers: [ReceiveWebhook] })
export class WebhooksModule {}
