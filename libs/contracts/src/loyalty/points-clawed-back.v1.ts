import { defineEvent, exampleId } from '../define';
import { Id, Instant, ListOf, Optional, SignedWholeNumber, WholeNumber } from '../fields';
import { exampleLotId, LotPoints } from './lots';

export class PointsClawedBack {
  @Id() readonly receiptId: string;
  @Id() readonly memberId: string;
  @Id() readonly programId: string;
  @Id() readonly merchantId: string;
  @Id() readonly orderId: string;
  @Id() readonly refundId: string;
  @WholeNumber() readonly points: number;
  @SignedWholeNumber() readonly balance: number;
  @Optional() @Instant() readonly clawedBackAt?: string;
  /** The lots that they were taken from. */
  @Optional() @ListOf(() => LotPoints) readonly lots?: LotPoints[];
}

/** Said once per refund, when the points that its lines had earned are taken back. */
export const pointsClawedBack = defineEvent({
  type: 'loyalty.points.clawed_back',
  version: 1,
  data: PointsClawedBack,
  description: 'Said once per refund, when the points that its lines had earned are taken back.',
  example: {
    receiptId: exampleId(14),
    memberId: exampleId(2),
    programId: exampleId(15),
    merchantId: exampleId(1),
    orderId: exampleId(3),
    refundId: exampleId(5),
    points: 26,
    balance: 126,
    clawedBackAt: '2026-11-21T10:00:00.000Z',
    lots: [{ lotId: exampleLotId, points: 26 }],
  },
});
