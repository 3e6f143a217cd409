import { Module } from '@nestjs/common';
import { TemplatesModule } from '../templates/templates.module';
import { Mailer } from './mailer';
import { MessagesConsumer } from './messages.consumer';
import { MessagesController } from './messages.controller';
import { MessagesRepository } from './messages.repository';
import { ResendMessage } from './resend-message';
import { SendMessages } from './send-messages';
import { SendRecords } from './send-records';
import { TellPeople } from './tell-people';

@Module({
  imports: [TemplatesModule],
  controllers: [MessagesController, MessagesConsumer],
  providers: [Mailer, MessagesRepository, ResendMessage, SendMessages, SendRecords, TellPeople],
})
export class MessagesModule {}
