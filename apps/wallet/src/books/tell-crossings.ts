import { balanceCrossed } from '@florin/contracts';
import { type Crossing, Ledger } from '@florin/ledger';
import { Outbox } from '@florin/messaging';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { merchantIn } from './merchant-accounts.repository';

/** Says what monitors tell, in the transaction of the write that made a balance cross. */
@Injectable()
export class TellCrossings implements OnModuleInit {
  constructor(
    private readonly ledger: Ledger,
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    this.ledger.onCrossing(async (tx, crossings) => {
      await this.outbox.addAll(tx, balanceCrossed, crossings.flatMap(saidOf));
    });
  }
}

function saidOf(crossing: Crossing) {
  const {
    id,
    monitorId,
    account,
    asset: currency,
    measure,
    direction,
    thresholdMinor,
    valueMinor,
    crossedAt,
  } = crossing;
  const merchantId = merchantIn(account);
  if (merchantId === undefined) return [];
  const what = { account, currency, measure, direction, thresholdMinor, valueMinor };
  return [
    { subject: id, data: { crossingId: id, monitorId, merchantId, ...what, crossedAt: crossedAt.toISOString() } },
  ];
}
