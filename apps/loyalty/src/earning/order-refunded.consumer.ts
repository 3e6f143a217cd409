import { type Envelope, orderRefunded, type OrderRefunded } from '@florin/contracts';
import { Consumes, type Delivery } from '@florin/messaging';
import { Controller } from '@nestjs/common';
import { ClawBackPoints } from './claw-back-points';

@Controller()
export class OrderRefundedConsumer {
  constructor(private readonly clawBackPoints: ClawBackPoints) {}

  @Consumes(orderRefunded)
  handle(event: Envelope<OrderRefunded>, { tx }: Delivery): Promise<void> {
    return this.clawBackPoints.within(tx, event);
  }
}
