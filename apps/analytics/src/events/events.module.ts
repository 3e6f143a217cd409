import { Module } from '@nestjs/common';
import { EventsConsumer } from './events.consumer';
import { KeepEvents } from './keep-events';
import { MoneyEventsConsumer } from './money-events.consumer';

@Module({ controllers: [EventsConsumer, MoneyEventsConsumer], providers: [KeepEvents], exports: [KeepEvents] })
export class EventsModule {}
