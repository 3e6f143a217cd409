import { Module } from '@nestjs/common';
import { CallEndpoint } from './call-endpoint';
import { DeliverWebhooks } from './deliver-webhooks';
import { EndpointSecrets } from './endpoint-secrets';
import { KeepEndpoints } from './keep-endpoints';
import { MoneyWebhooksConsumer } from './money-webhooks.consumer';
import { SpreadEvents } from './spread-events';
import { WebhooksConsumer } from './webhooks.consumer';
import { WebhooksController } from './webhooks.controller';
import { WebhooksRepository } from './webhooks.repository';

@Module({
  controllers: [WebhooksController, WebhooksConsumer, MoneyWebhooksConsumer],
  providers: [CallEndpoint, DeliverWebhooks, EndpointSecrets, KeepEndpoints, SpreadEvents, WebhooksRepository],
})
export class WebhooksModule {}
