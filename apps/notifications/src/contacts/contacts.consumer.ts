import { type Envelope, userVerified, type UserVerified } from '@florin/contracts';
import { ConsumesSet, type Delivery } from '@florin/messaging';
import { Controller } from '@nestjs/common';

/** Remembers how to reach people whose address is verified: not every event that they want to hear of carries it. */
@Controller()
export class ContactsConsumer {
  @ConsumesSet(userVerified)
  async handle(events: Envelope<UserVerified>[], { tx }: Delivery): Promise<void> {
    const rows = [...new Map(events.map(({ data }) => [`${data.userId}:${data.merchantId}`, data])).values()];
    await tx.execute(
      `INSERT INTO contacts (user_id, merchant_id, email, display_name) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])
       ON CONFLICT (user_id, merchant_id) DO UPDATE SET email = excluded.email, display_name = excluded.display_name`,
      [
        rows.map((row) => row.userId),
        rows.map((row) => row.merchantId),
        rows.map((row) => row.email),
        rows.map((row) => row.displayName),
      ],
    );
  }
}
