import { defineEvent, exampleId } from '../define';
import { Currency, Id, WholeNumber } from '../fields';

export class ReconciliationCompleted {
  @Id() readonly accountId: string;
  @Id() readonly merchantId: string;
  @Currency() readonly currency: string;
  @WholeNumber() readonly matchedLines: number;
  @WholeNumber() readonly openLines: number;
  @WholeNumber() readonly exceptionsRaised: number;
}

/** Said when the open lines of an account were looked through and something came of it: lines explained, or exceptions raised. */
export const reconciliationCompleted = defineEvent({
  type: 'wallet.reconciliation.completed',
  version: 1,
  data: ReconciliationCompleted,
  description:
    'Said when the open lines of an account at a bank or a processor were looked through and lines were explained or exceptions raised.',
  example: {
    accountId: exampleId(31),
    merchantId: exampleId(1),
    currency: 'EUR',
    matchedLines: 240,
    openLines: 3,
    exceptionsRaised: 2,
  },
});
