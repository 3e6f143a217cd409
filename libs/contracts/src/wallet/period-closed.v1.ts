import { defineEvent, exampleId } from '../define';
import { Currency, Id, Instant, ListOf, SignedWholeNumber, Text } from '../fields';

export class ClosedProgram {
  @Id() readonly programId: string;
  @Currency() readonly currency: string;
  @SignedWholeNumber() readonly openingMinor: number;
  @SignedWholeNumber() readonly closingMinor: number;
}

export class PeriodClosed {
  @Id() readonly closeId: string;
  @Id() readonly merchantId: string;
  /** `2026-11`. */
  @Text(7) readonly period: string;
  /** SHA-256 over inputs, result and the close before; in hex. */
  @Text(64) readonly hash: string;
  @ListOf(() => ClosedProgram) readonly programs: ClosedProgram[];
  @Instant() readonly closedAt: string;
}

/** Said once per merchant and month, when the month is booked, locked and hashed. */
export const periodClosed = defineEvent({
  type: 'wallet.period.closed',
  version: 1,
  data: PeriodClosed,
  description: 'Said once per merchant and month, when the month is booked, locked and hashed.',
  example: {
    closeId: exampleId(19),
    merchantId: exampleId(1),
    period: '2026-11',
    hash: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
    programs: [{ programId: exampleId(15), currency: 'EUR', openingMinor: 0, closingMinor: 474_020 }],
    closedAt: '2026-12-01T06:00:00.000Z',
  },
});
