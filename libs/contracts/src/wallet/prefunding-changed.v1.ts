import { defineEvent, exampleId } from '../define';
import { Currency, Flag, Id, Instant, Minor, SignedWholeNumber } from '../fields';

export class PrefundingChanged {
  @Id() readonly merchantId: string;
  @Currency() readonly currency: string;
  /** What the merchant has paid in ahead. */
  @Minor() readonly balanceMinor: number;
  /** What the points that it funds and that are still out are worth. */
  @Minor() readonly committedMinor: number;
  /** What is left for new points; below zero when more was given than is covered. */
  @SignedWholeNumber() readonly remainingMinor: number;
  /** Whether the merchant may give no more points than are left. */
  @Flag() readonly enforced: boolean;
  @Instant() readonly changedAt: string;
}

/** Said when what a merchant may still fund has changed. Whoever gives points keeps the last one. */
export const prefundingChanged = defineEvent({
  type: 'wallet.prefunding.changed',
  version: 1,
  data: PrefundingChanged,
  description: 'Said when what a merchant may still fund has changed. Whoever gives points keeps the last one.',
  example: {
    merchantId: exampleId(1),
    currency: 'EUR',
    balanceMinor: 500_000,
    committedMinor: 120_000,
    remainingMinor: 380_000,
    enforced: true,
    changedAt: '2026-11-21T10:00:00.000Z',
  },
});
