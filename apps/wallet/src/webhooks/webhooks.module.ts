import { Module } from '@nestjs/common';
import { PaymentsModule } from '../payments/payments.module';
import { RefundsModule } from '../refunds/refunds.module';
import { ForgetRefused } from './forget-refused';
import { ReceiveWebhook } from './receive-webhook';
import { WebhookLog } from './webhook-log';
import { WebhooksController } from './webhooks.controller';

@Module({
  imports: [PaymentsModule, RefundsModule],
  controllers: [WebhooksController],
  providers: [ForgetRefused, ReceiveWebhook, WebhookLog],
})
export class WebhooksModule {}
