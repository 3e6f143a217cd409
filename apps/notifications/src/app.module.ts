import { AccessModule } from '@florin/access';
import { DatabaseModule } from '@florin/database';
import { HttpModule } from '@florin/http';
import { MessagingModule } from '@florin/messaging';
import { ServiceHostModule } from '@florin/service-host';
import { Module } from '@nestjs/common';
import { NotificationsConfig } from './config';
import { ContactsModule } from './contacts/contacts.module';
import { MessagesModule } from './messages/messages.module';
import { migrations } from './migrations';
import { TemplatesModule } from './templates/templates.module';
import { WebhooksModule } from './webhooks/webhooks.module';

const service = 'notifications';
/** A mail may be a moment late; writing it should cost the shop as little as it can. */
const gatherMs = 100;

@Module({
  imports: [
    ServiceHostModule.forService({ service, config: NotificationsConfig }),
    DatabaseModule.forService({ service, migrations }),
    MessagingModule.forService({ service, gatherMs }),
    HttpModule.forService({ service }),
    AccessModule.forService(),
    ContactsModule,
    TemplatesModule,
    MessagesModule,
    WebhooksModule,
  ],
})
export class AppModule {}
