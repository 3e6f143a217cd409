import { type Envelope, orderCompleted, type OrderCompleted } from '@florin/contracts';
import { ConsumesSet, type Delivery } from '@florin/messaging';
import { Controller } from '@nestjs/common';
import { EarnPoints } from './earn-points';

@Controller()
export class OrderCompletedConsumer {
  constructor(private readonly earnPoints: EarnPoints) {}

  @ConsumesSet(orderCompleted)
  handle(events: Envelope<OrderCompleted>[], { tx }: Delivery): Promise<void> {
    return this.earnPoints.within(tx, events);
  }
}
