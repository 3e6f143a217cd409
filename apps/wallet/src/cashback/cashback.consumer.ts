import {
  cashbackAccrued,
  type CashbackAccrued,
  cashbackReversed,
  type CashbackReversed,
  type Envelope,
} from '@florin/contracts';
import { Consumes, ConsumesSet, type Delivery } from '@florin/messaging';
import { Controller } from '@nestjs/common';
import { KeepCashback } from './keep-cashback';

@Controller()
export class CashbackConsumer {
  constructor(private readonly keepCashback: KeepCashback) {}

  @ConsumesSet(cashbackAccrued)
  accrue(events: Envelope<CashbackAccrued>[], { tx }: Delivery): Promise<void> {
    return this.keepCashback.accrue(tx, events);
  }

  @Consumes(cashbackReversed)
  reverse(event: Envelope<CashbackReversed>, { tx }: Delivery): Promise<void> {
    return this.keepCashback.reverse(tx, event);
  }
}
