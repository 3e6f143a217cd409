import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { accepted, type Answered, Idempotency, type IdempotentRequest } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { SendMessages } from './send-messages';

/** Sends a message once more that was given up, or that did not arrive. Refuses one that is still on its way (409). */
@Injectable()
export class ResendMessage {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly sendMessages: SendMessages,
  ) {}

  execute(caller: Caller, request: IdempotentRequest, id: string): Promise<Answered<{ id: string }>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const [message] = await tx.query<{ state: string }>(
          'SELECT state FROM notifications WHERE id = $1 AND merchant_id = $2 FOR UPDATE',
          [id, caller.merchantId],
        );
        if (!message) throw new Refusal('not_found', 'message_not_found', 'There is no such message.');
        if (message.state === 'pending')
          throw new Refusal('conflict', 'message_pending', 'This message is on its way.');
        await tx.execute(
          `UPDATE notifications SET state = 'pending', attempts = 0, next_at = now(), lease_until = NULL WHERE id = $1 AND merchant_id = $2`,
          [id, caller.merchantId],
        );
        tx.afterCommit(() => this.sendMessages.work.wake());
        return accepted({ id });
      }),
    );
  }
}
