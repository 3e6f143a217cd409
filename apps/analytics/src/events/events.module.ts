import { Module } from '@nestjs/common';
import { EventsConsumer } from './events.consumer';
import { KeepEvents } from './keep-events';

@Module({ controllers: [EventsConsumer], providers: [KeepEvents], exports: [KeepEvents] })
export class EventsModule {}
