import { type Envelope, merchantSaved, type MerchantSaved } from '@florin/contracts';
import { ConsumesSet, type Delivery } from '@florin/messaging';
import { Controller } from '@nestjs/common';

/** Keeps a copy of the merchants, the highest version of each. */
@Controller()
export class MerchantsConsumer {
  @ConsumesSet(merchantSaved)
  async handle(events: Envelope<MerchantSaved>[], { tx }: Delivery): Promise<void> {
    const latest = new Map(
      [...events].sort((a, b) => a.data.version - b.data.version).map(({ data }) => [data.merchantId, data]),
    );
    const rows = [...latest.values()];
    await tx.execute(
      `INSERT INTO merchants (id, name, version) SELECT * FROM unnest($1::uuid[], $2::text[], $3::integer[])
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, version = excluded.version WHERE merchants.version < excluded.version`,
      [rows.map((row) => row.merchantId), rows.map((row) => row.name), rows.map((row) => row.version)],
    );
  }
}
