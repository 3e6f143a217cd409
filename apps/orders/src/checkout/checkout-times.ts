import { Inject, Injectable } from '@nestjs/common';
import { secondMs, type Clock } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { OrdersConfig } from '../config';

/** The time limits of a checkout, from one reading of the clock. */
@Injectable()
export class CheckoutTimes {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly config: OrdersConfig,
  ) {}

  now(): Date {
    return this.clock.now();
  }

  /** When an order is placed, and when its checkout is given up if stock or payment have not answered. */
  forPlacement(): { now: Date; deadlineAt: Date } {
    const now = this.clock.now();
    return { now, deadlineAt: new Date(now.getTime() + this.config.CHECKOUT_DEADLINE_SECONDS * secondMs) };
  }

  /** Until when stock and money are to be kept: well past the deadline, so that nothing runs out while it is confirmed. */
  reservedUntil(deadlineAt: Date): Date {
    return new Date(deadlineAt.getTime() + this.config.RESERVATION_MARGIN_SECONDS * secondMs);
  }
}
