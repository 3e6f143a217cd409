import { defineEvent, exampleId } from '../define';
import { Id, Instant, ListOf, WholeNumber } from '../fields';
import { exampleLotId, LotPoints } from './lots';

export class PointsExpired {
  @Id() readonly expiryId: string;
  @Id() readonly memberId: string;
  @Id() readonly programId: string;
  @Id() readonly merchantId: string;
  @WholeNumber(1) readonly points: number;
  @ListOf(() => LotPoints) readonly lots: LotPoints[];
  @Instant() readonly expiredAt: string;
}

/** Said once per member and run, when points of theirs can no longer be spent. */
export const pointsExpired = defineEvent({
  type: 'loyalty.points.expired',
  version: 1,
  data: PointsExpired,
  description: 'Said once per member and run, when points of theirs can no longer be spent.',
  example: {
    expiryId: exampleId(17),
    memberId: exampleId(2),
    programId: exampleId(15),
    merchantId: exampleId(1),
    points: 26,
    lots: [{ lotId: exampleLotId, points: 26 }],
    expiredAt: '2026-11-21T10:00:00.000Z',
  },
});
