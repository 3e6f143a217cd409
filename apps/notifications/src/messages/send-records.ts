import { messageSent } from '@florin/contracts';
import type { Finished, Tx } from '@florin/database';
import { type Clock, hourMs, minuteMs, present, secondMs } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { NotificationsConfig } from '../config';
import { masked } from './masked';
import { type Message, MessagesRepository } from './messages.repository';
import { openSealed } from './open-sealed';

/** How long to wait after each failure; after the last the message is given up and can be sent again by hand. */
const schedule = [5 * secondMs, 30 * secondMs, 2 * minuteMs, 10 * minuteMs, hourMs, 6 * hourMs];

/** What is due, what is written down about attempts, and what is said once a message is out. */
@Injectable()
export class SendRecords {
  constructor(
    private readonly messages: MessagesRepository,
    private readonly outbox: Outbox,
    private readonly config: NotificationsConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Takes what is due. */
  claim(tx: Tx, limit: number, leaseUntil: Date): Promise<Message[]> {
    return this.messages.claim(tx, limit, leaseUntil, this.clock.now());
  }

  /** Opens the sealed link of a verification mail; nothing else is sealed. */
  async opened(variables: object): Promise<object> {
    if (!('sealed_link' in variables)) return variables;
    return { ...variables, link: await openSealed(String(variables.sealed_link), this.config.MAIL_SEAL_KEY) };
  }

  async finish(tx: Tx, done: readonly Finished<Message, string>[]): Promise<void> {
    const now = this.clock.now().getTime();
    const ended = done.map(({ item, result, error }) => {
      const waitMs = schedule[item.attempts];
      const state =
        result !== undefined ? ('sent' as const) : waitMs === undefined ? ('failed' as const) : ('pending' as const);
      return {
        message: item,
        state,
        error: error?.message.slice(0, 1_000) ?? null,
        nextAt: new Date(now + (waitMs ?? 0)),
      };
    });
    const changed = await this.messages.finish(tx, ended);
    await this.messages.insertAttempts(
      tx,
      done.map(({ item, result, error }) => ({
        messageId: item.id,
        attempt: item.attempts + 1,
        outcome: error ? 'failed' : 'sent',
        answer: error?.message ?? present(result, 'what did not fail was answered'),
      })),
    );
    await this.outbox.addAll(
      tx,
      messageSent,
      ended
        .filter(({ message, state }) => state === 'sent' && changed.has(message.id))
        .map(({ message: { id, intent, recipient, userId, merchantId, cause } }) => ({
          subject: id,
          merchantId,
          cause: cause ?? undefined,
          data: { messageId: id, intent, channel: 'email', recipientMasked: masked(recipient), userId },
        })),
    );
  }
}
