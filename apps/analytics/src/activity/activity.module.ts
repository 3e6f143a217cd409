import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module';
import { ActivityConsumer } from './activity.consumer';
import { CountActives } from './count-actives';

@Module({
  imports: [EventsModule],
  controllers: [ActivityConsumer],
  providers: [CountActives],
  exports: [CountActives],
})
export class ActivityModule {}
