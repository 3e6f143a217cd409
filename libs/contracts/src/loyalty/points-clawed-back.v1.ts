import { defineEvent, exampleId } from '../define';
import { Id, SignedWholeNumber, WholeNumber } from '../fields';

export class PointsClawedBack {
  @Id() readonly receiptId: string;
  @Id() readonly memberId: string;
  @Id() readonly programId: string;
  @Id() readonly merchantId: string;
  @Id() readonly orderId: string;
  @Id() readonly refundId: string;
  @WholeNumber() readonly points: number;
  @SignedWholeNumber() readonly balance: number;
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
  },
});
