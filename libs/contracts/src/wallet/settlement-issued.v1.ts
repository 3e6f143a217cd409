import { defineEvent, exampleId } from '../define';
import { Currency, Id, Instant, ListOf, Minor, Text } from '../fields';

export class SettlementTransfer {
  @Id() readonly transferId: string;
  @Text(100) readonly debtor: string;
  @Text(100) readonly creditor: string;
  @Minor() readonly amountMinor: number;
}

export class SettlementIssued {
  @Id() readonly settlementId: string;
  /** `2026-11`. */
  @Text(7) readonly period: string;
  @Currency() readonly currency: string;
  /** What is left to pay after everything was netted. */
  @ListOf(() => SettlementTransfer) readonly transfers: SettlementTransfer[];
  @Instant() readonly issuedAt: string;
}

/** Said once per month and currency, when what partners owe each other for points is netted and invoiced. */
export const settlementIssued = defineEvent({
  type: 'wallet.settlement.issued',
  version: 1,
  data: SettlementIssued,
  description: 'Said once per month and currency, when what partners owe each other for points is netted and invoiced.',
  example: {
    settlementId: exampleId(20),
    period: '2026-11',
    currency: 'EUR',
    transfers: [
      {
        transferId: exampleId(21),
        debtor: `merchant:${exampleId(1)}`,
        creditor: `merchant:${exampleId(18)}`,
        amountMinor: 12_300,
      },
    ],
    issuedAt: '2026-12-01T06:00:00.000Z',
  },
});
