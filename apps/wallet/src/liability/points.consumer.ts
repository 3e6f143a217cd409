import {
  type Envelope,
  pointsClawedBack,
  type PointsClawedBack,
  pointsEarned,
  type PointsEarned,
  pointsExpired,
  type PointsExpired,
  pointsRedeemed,
  type PointsRedeemed,
} from '@florin/contracts';
import { ConsumesSet, type Delivery } from '@florin/messaging';
import { Controller } from '@nestjs/common';
import { ChangeLots } from './change-lots';
import { TakeOnLots } from './take-on-lots';

@Controller()
export class PointsConsumer {
  constructor(
    private readonly takeOnLots: TakeOnLots,
    private readonly changeLots: ChangeLots,
  ) {}

  @ConsumesSet(pointsEarned)
  earned(events: Envelope<PointsEarned>[], { tx }: Delivery): Promise<void> {
    return this.takeOnLots.within(tx, events);
  }

  @ConsumesSet(pointsClawedBack)
  clawedBack(events: Envelope<PointsClawedBack>[], { tx }: Delivery): Promise<void> {
    return this.changeLots.within(
      tx,
      events.map(({ data, time }) => ({
        kind: 'clawed_back',
        sourceId: data.refundId,
        merchantId: data.merchantId,
        lots: data.lots ?? [],
        at: new Date(data.clawedBackAt ?? time),
      })),
    );
  }

  @ConsumesSet(pointsRedeemed)
  redeemed(events: Envelope<PointsRedeemed>[], { tx }: Delivery): Promise<void> {
    return this.changeLots.within(
      tx,
      events.map(({ data }) => ({
        kind: 'redeemed',
        sourceId: data.redemptionId,
        merchantId: data.merchantId,
        lots: data.lots,
        at: new Date(data.redeemedAt),
        spent: { atMerchantId: data.atMerchantId, valueMinor: data.valueMinor },
      })),
    );
  }

  @ConsumesSet(pointsExpired)
  expired(events: Envelope<PointsExpired>[], { tx }: Delivery): Promise<void> {
    return this.changeLots.within(
      tx,
      events.map(({ data }) => ({
        kind: 'expired',
        sourceId: data.expiryId,
        merchantId: data.merchantId,
        lots: data.lots,
        at: new Date(data.expiredAt),
      })),
    );
  }
}
