import { defineEvent, exampleId } from '../define';
import { Code, Currency, Id, SignedWholeNumber } from '../fields';

export class ReconciliationExceptionRaised {
  @Id() readonly exceptionId: string;
  @Id() readonly accountId: string;
  @Id() readonly merchantId: string;
  /** `unmatched_line`, `unknown_reference`, `amount_differs`, `duplicate`, `target_missing`. */
  @Code() readonly kind: string;
  /** Of the line, as the balance changed by it; of what is missing, as it should have. */
  @SignedWholeNumber() readonly amountMinor: number;
  @Currency() readonly currency: string;
}

/** Said once for every line that nothing explains, and for every payment that no line explains in time. */
export const reconciliationExceptionRaised = defineEvent({
  type: 'wallet.reconciliation.exception_raised',
  version: 1,
  data: ReconciliationExceptionRaised,
  description:
    'Said once for every line of a statement that nothing explains, and for every payment that no line explains in time.',
  example: {
    exceptionId: exampleId(32),
    accountId: exampleId(31),
    merchantId: exampleId(1),
    kind: 'amount_differs',
    amountMinor: 1_999,
    currency: 'EUR',
  },
});
