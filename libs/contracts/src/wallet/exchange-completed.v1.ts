import { defineEvent, exampleId } from '../define';
import { Currency, Id, Minor } from '../fields';

export class ExchangeCompleted {
  @Id() readonly quoteId: string;
  @Id() readonly merchantId: string;
  @Id() readonly memberId: string;
  @Currency() readonly fromCurrency: string;
  @Minor() readonly fromMinor: number;
  @Currency() readonly toCurrency: string;
  @Minor() readonly toMinor: number;
}

/** Said once, when a member's money has been exchanged as it was quoted. */
export const exchangeCompleted = defineEvent({
  type: 'wallet.exchange.completed',
  version: 1,
  data: ExchangeCompleted,
  description: "Said once, when a member's money has been exchanged as it was quoted.",
  example: {
    quoteId: exampleId(25),
    merchantId: exampleId(1),
    memberId: exampleId(2),
    fromCurrency: 'EUR',
    fromMinor: 10_000,
    toCurrency: 'USD',
    toMinor: 10_735,
  },
});
