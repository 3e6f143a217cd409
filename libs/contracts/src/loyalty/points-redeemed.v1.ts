import { defineEvent, exampleId } from '../define';
import { Currency, Id, Instant, ListOf, Minor, WholeNumber } from '../fields';
import { exampleLotId, LotPoints } from './lots';

export class PointsRedeemed {
  @Id() readonly redemptionId: string;
  @Id() readonly memberId: string;
  @Id() readonly programId: string;
  /** Who gave the points. */
  @Id() readonly merchantId: string;
  /** Who took them in payment; another merchant is owed their value by whoever funds them. */
  @Id() readonly atMerchantId: string;
  @WholeNumber(1) readonly points: number;
  /** What they paid for. */
  @Minor() readonly valueMinor: number;
  @Currency() readonly currency: string;
  @ListOf(() => LotPoints) readonly lots: LotPoints[];
  @Instant() readonly redeemedAt: string;
}

/** Said once per redemption, when its points are spent for good. */
export const pointsRedeemed = defineEvent({
  type: 'loyalty.points.redeemed',
  version: 1,
  data: PointsRedeemed,
  description: 'Said once per redemption, when its points are spent for good.',
  example: {
    redemptionId: exampleId(17),
    memberId: exampleId(2),
    programId: exampleId(15),
    merchantId: exampleId(1),
    atMerchantId: exampleId(18),
    points: 500,
    valueMinor: 500,
    currency: 'EUR',
    lots: [{ lotId: exampleLotId, points: 500 }],
    redeemedAt: '2026-11-21T10:00:00.000Z',
  },
});
