import { Module } from '@nestjs/common';
import { ContactsConsumer } from './contacts.consumer';

@Module({ controllers: [ContactsConsumer] })
export class ContactsModule {}
