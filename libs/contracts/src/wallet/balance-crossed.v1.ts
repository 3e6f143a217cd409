import { defineEvent, exampleId } from '../define';
import { Currency, Id, Instant, OneOf, SignedWholeNumber, Text } from '../fields';

export class BalanceCrossed {
  @Id() readonly crossingId: string;
  @Id() readonly monitorId: string;
  @Id() readonly merchantId: string;
  @Text() readonly account: string;
  @Currency() readonly currency: string;
  @OneOf(['posted', 'held', 'available']) readonly measure: string;
  @OneOf(['above', 'below']) readonly direction: string;
  @SignedWholeNumber() readonly thresholdMinor: number;
  /** The balance right after the write that made it cross. */
  @SignedWholeNumber() readonly valueMinor: number;
  @Instant() readonly crossedAt: string;
}

/** Said each time a watched balance passes its threshold, and not again before it has come back. */
export const balanceCrossed = defineEvent({
  type: 'wallet.balance.crossed',
  version: 1,
  data: BalanceCrossed,
  description: 'Said each time a watched balance passes its threshold, and not again before it has come back.',
  example: {
    crossingId: exampleId(32),
    monitorId: exampleId(33),
    merchantId: exampleId(1),
    account: `merchant:${exampleId(1)}:card-clearing:EUR`,
    currency: 'EUR',
    measure: 'posted',
    direction: 'below',
    thresholdMinor: -1_000_000,
    valueMinor: -1_000_250,
    crossedAt: '2026-11-21T10:00:00.000Z',
  },
});
