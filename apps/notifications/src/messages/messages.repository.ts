import type { Tx } from '@florin/database';
import { type Cause, newId } from '@florin/kernel';
import type { TemplateKey } from '../templates/default-templates';
import type { Contact } from './contact';

/** One thing to tell one person, once. */
export interface Intent {
  userId: string;
  merchantId: string;
  /** What it is about, e.g. `order_confirmed:<order id>`: the same intent is never told twice. */
  intent: string;
  template: TemplateKey;
  recipient: string;
  variables: object;
  cause: Cause | null;
}

export interface Message extends Intent {
  id: string;
  attempts: number;
}

export interface AttemptRow {
  messageId: string;
  attempt: number;
  outcome: 'sent' | 'failed';
  answer: string;
}

const columns = `id, user_id AS "userId", merchant_id AS "merchantId", intent, template, recipient, variables, attempts, cause`;

/** SQL of messages. */
export class MessagesRepository {
  /** Writes down what is to be told; an intent that is there already stays as it is. */
  async insert(tx: Tx, intents: readonly Intent[]): Promise<void> {
    if (intents.length === 0) return;
    await tx.execute(
      `INSERT INTO notifications (id, user_id, merchant_id, channel, intent, template, recipient, variables, cause)
       SELECT id, user_id, merchant_id, 'email', intent, template, recipient, variables, cause
       FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::jsonb[])
         AS new (id, user_id, merchant_id, intent, template, recipient, variables, cause)
       ON CONFLICT (user_id, channel, intent) DO NOTHING`,
      [
        intents.map(() => newId()),
        intents.map((intent) => intent.userId),
        intents.map((intent) => intent.merchantId),
        intents.map((intent) => intent.intent),
        intents.map((intent) => intent.template),
        intents.map((intent) => intent.recipient),
        intents.map((intent) => JSON.stringify(intent.variables)),
        intents.map((intent) => JSON.stringify(intent.cause)),
      ],
    );
  }

  /** How to reach members, keyed `member:merchant`; those without a verified address are left out. */
  async contacts(tx: Tx, members: readonly { memberId: string; merchantId: string }[]): Promise<Map<string, Contact>> {
    const rows = await tx.query<Contact & { key: string }>(
      `SELECT user_id || ':' || merchant_id AS key, email, display_name AS "displayName" FROM contacts
       WHERE (user_id, merchant_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))`,
      [members.map((member) => member.memberId), members.map((member) => member.merchantId)],
    );
    return new Map(rows.map(({ key, ...contact }) => [key, contact]));
  }

  /** What is due by the database's clock, or by ours where a local run has moved it ahead. */
  claim(tx: Tx, limit: number, leaseUntil: Date, now: Date): Promise<Message[]> {
    return tx.query<Message>(
      `UPDATE notifications SET lease_until = $2
       WHERE (user_id, id) IN (SELECT user_id, id FROM notifications
                               WHERE state = 'pending' AND next_at <= greatest(now(), $3) AND (lease_until IS NULL OR lease_until < now())
                               ORDER BY next_at LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING ${columns}`,
      [limit, leaseUntil, now],
    );
  }

  /** Ends the attempts of a set: sent, to be tried again at a time, or given up. Only what is still pending changes. */
  async finish(
    tx: Tx,
    done: readonly { message: Message; state: 'sent' | 'pending' | 'failed'; error: string | null; nextAt: Date }[],
  ): Promise<Set<string>> {
    const rows = await tx.query<{ id: string }>(
      `UPDATE notifications AS message
       SET state = new.state, attempts = message.attempts + 1, last_error = new.error, next_at = new.next_at, lease_until = NULL,
           sent_at = CASE WHEN new.state = 'sent' THEN now() END
       FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[]) AS new (user_id, id, state, error, next_at)
       WHERE message.user_id = new.user_id AND message.id = new.id AND message.state = 'pending' RETURNING message.id`,
      [
        done.map(({ message }) => message.userId),
        done.map(({ message }) => message.id),
        done.map((each) => each.state),
        done.map((each) => each.error),
        done.map((each) => each.nextAt),
      ],
    );
    return new Set(rows.map((row) => row.id));
  }

  async insertAttempts(tx: Tx, attempts: readonly AttemptRow[]): Promise<void> {
    if (attempts.length === 0) return;
    await tx.execute(
      `INSERT INTO notification_attempts (id, message_id, attempt, outcome, answer) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::text[])`,
      [
        attempts.map(() => newId()),
        attempts.map((attempt) => attempt.messageId),
        attempts.map((attempt) => attempt.attempt),
        attempts.map((attempt) => attempt.outcome),
        attempts.map((attempt) => attempt.answer.slice(0, 1_000)),
      ],
    );
  }
}
