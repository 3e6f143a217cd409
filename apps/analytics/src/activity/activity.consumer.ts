import {
  type Envelope,
  memberEnrolled,
  type MemberEnrolled,
  pointsClawedBack,
  type PointsClawedBack,
  pointsEarned,
  type PointsEarned,
} from '@florin/contracts';
import { ConsumesSet, type Delivery } from '@florin/messaging';
import { Controller } from '@nestjs/common';
import { KeepEvents } from '../events/keep-events';
import { CountActives } from './count-actives';

/** Events of members and points: kept, and counted by day. */
@Controller()
export class ActivityConsumer {
  constructor(
    private readonly keepEvents: KeepEvents,
    private readonly countActives: CountActives,
  ) {}

  @ConsumesSet(memberEnrolled)
  async enrolled(events: Envelope<MemberEnrolled>[], { tx }: Delivery): Promise<void> {
    await this.keepEvents.within(tx, events);
    await this.countActives.enrolled(tx, events);
  }

  @ConsumesSet(pointsEarned)
  async earned(events: Envelope<PointsEarned>[], { tx }: Delivery): Promise<void> {
    await this.keepEvents.within(tx, events);
    await this.countActives.earned(tx, events);
  }

  @ConsumesSet(pointsClawedBack)
  async clawedBack(events: Envelope<PointsClawedBack>[], { tx }: Delivery): Promise<void> {
    await this.keepEvents.within(tx, events);
    await this.countActives.clawedBack(tx, events);
  }
}
