import { Controller } from '@nestjs/common';
import {
  refundCompleted,
  refundFailed,
  type Envelope,
  type RefundCompleted,
  type RefundFailed,
} from '@florin/contracts';
import { causeOf, ConsumesSet, type Delivery } from '@florin/messaging';
import { SettleRefunds } from './settle-refunds';

@Controller()
export class RefundsConsumer {
  constructor(private readonly settleRefunds: SettleRefunds) {}

  @ConsumesSet(refundCompleted)
  async completed(events: Envelope<RefundCompleted>[], { tx }: Delivery): Promise<void> {
    await this.settleRefunds.complete(
      tx,
      events.map((event) => ({ refundId: event.data.refundId.toLowerCase(), cause: causeOf(event) })),
    );
  }

  @ConsumesSet(refundFailed)
  failed(events: Envelope<RefundFailed>[], { tx }: Delivery): Promise<void> {
    return this.settleRefunds.fail(
      tx,
      events.map(({ data }) => ({ refundId: data.refundId.toLowerCase(), code: data.code, reason: data.reason })),
    );
  }
}
