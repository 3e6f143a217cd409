import { defineEvent, exampleId } from '../define';
import { Currency, Id, Text, WholeNumber } from '../fields';

export class MerchantSaved {
  @Id() readonly merchantId: string;
  @Text() readonly name: string;
  @Currency() readonly currency: string;
  @Text() readonly timeZone: string;
  @WholeNumber(1) readonly version: number;
}

/** Said when a merchant is created or changed; the highest version is the truth. */
export const merchantSaved = defineEvent({
  type: 'catalog.merchant.saved',
  version: 1,
  data: MerchantSaved,
  description: 'Said when a merchant is created or changed; the highest version is the truth.',
  example: {
    merchantId: exampleId(1),
    name: 'Harbour Coffee',
    currency: 'EUR',
    timeZone: 'Europe/Amsterdam',
    version: 1,
  },
});
