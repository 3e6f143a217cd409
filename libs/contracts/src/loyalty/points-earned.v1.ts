import { defineEvent, exampleId } from '../define';
import { Currency, Id, Instant, ListOf, Minor, Optional, SignedWholeNumber, Text, WholeNumber } from '../fields';
import { exampleLotId, PointsLot } from './lots';

export class PointsEarned {
  @Id() readonly receiptId: string;
  @Id() readonly memberId: string;
  @Id() readonly programId: string;
  @Id() readonly merchantId: string;
  @Optional() @Id() readonly orderId?: string;
  @WholeNumber() readonly points: number;
  @SignedWholeNumber() readonly balance: number;
  @Text() readonly tier: string;
  @Text() readonly reason: string;
  @Instant() readonly earnedAt: string;
  /** What the points were earned with, tax left out: the price that goods and points share. */
  @Optional() @Minor() readonly priceMinor?: number;
  @Optional() @Currency() readonly currency?: string;
  /** The lots that the points stand in. */
  @Optional() @ListOf(() => PointsLot) readonly lots?: PointsLot[];
}

/** Said once per receipt that gives points: an order, a birthday, a correction in the member’s favour. */
export const pointsEarned = defineEvent({
  type: 'loyalty.points.earned',
  version: 1,
  data: PointsEarned,
  description: 'Said once per receipt that gives points: an order, a birthday, a correction in the member’s favour.',
  example: {
    receiptId: exampleId(14),
    memberId: exampleId(2),
    programId: exampleId(15),
    merchantId: exampleId(1),
    orderId: exampleId(3),
    points: 26,
    balance: 126,
    tier: 'silver',
    reason: '26 points for order F-2026-000042',
    earnedAt: '2026-11-21T10:00:00.000Z',
    priceMinor: 2_157,
    currency: 'EUR',
    lots: [
      {
        lotId: exampleLotId,
        points: 26,
        expiresAt: '2027-11-21T10:00:00.000Z',
        funders: [{ funder: `merchant:${exampleId(1)}`, shareBps: 10_000 }],
      },
    ],
  },
});
