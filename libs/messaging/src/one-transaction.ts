import { Logger } from '@nestjs/common';
import type { Transactions, Tx } from '@florin/database';
import { backoffMs, sleep } from '@florin/kernel';
import { isOutage } from './outage';
import type { Outcome } from './outcome';
import { PoisonMessage } from './poison-message';
import type { Part, Readable } from './set-handler';

const outageBaseMs = 100;
const outageLimitMs = 5_000;
const logger = new Logger('Consumer');

/** How the handling is followed from outside. */
export interface HandlingWatch {
  stopped: AbortSignal;
  /** Called whenever something has come to an end, well or not: whoever waits for the database or tries messages one by one is not stuck. */
  progress: () => void;
}

/**
 * Handles the parts in one transaction: inbox rows, handlers, commit. What fails together is tried part by part, and what
 * fails as a part message by message. Never throws: the outcomes of the parts say how it went.
 */
export async function handleParts(
  transactions: Transactions,
  parts: readonly Part[],
  watch: HandlingWatch,
): Promise<void> {
  const open = parts.filter(({ set }) => set.length > 0);
  if (open.length === 0 || (await attempt(transactions, open, watch)) === 'done') return;
  for (const smaller of halved(open)) {
    if (!watch.stopped.aborted) await handleParts(transactions, smaller, watch);
    else for (const part of smaller) conclude(part, { kind: 'given_back' });
  }
}

/** Handler by handler, then message by message; a single message cannot be divided. */
function halved(parts: readonly Part[]): Part[][] {
  if (parts.length > 1) return parts.map((part) => [part]);
  return parts.flatMap((part) => (part.set.length > 1 ? part.set.map((one) => [{ ...part, set: [one] }]) : []));
}

/** One transaction for all of it. An outage of the database is nobody's fault: it is waited out here, without counting as an attempt. */
async function attempt(
  transactions: Transactions,
  parts: readonly Part[],
  { stopped, progress }: HandlingWatch,
): Promise<'done' | 'failed'> {
  const all = (outcome: Outcome) => parts.forEach((part) => conclude(part, outcome));
  for (let outage = 0; ; outage += 1) {
    try {
      const fresh = await transactions.run((tx) => handleWithin(tx, parts));
      all({ kind: 'duplicate' });
      parts.forEach(({ outcomes }, place) =>
        fresh[place]?.forEach(({ index }) => (outcomes[index] = { kind: 'handled' })),
      );
      progress();
      return 'done';
    } catch (error) {
      progress();
      if (!isOutage(error)) {
        all(failure(error));
        return 'failed';
      }
      if (stopped.aborted) {
        all({ kind: 'given_back' });
        return 'done';
      }
      if (outage % 10 === 0)
        logger.warn(`${namesOf(parts)}: the database cannot be reached, waiting: ${String(error)}`);
      await sleep(outageBaseMs + backoffMs(outage, outageBaseMs, outageLimitMs), stopped);
    }
  }
}

async function handleWithin(tx: Tx, parts: readonly Part[]): Promise<Readable[][]> {
  const fresh = await enterInbox(tx, parts);
  for (const [place, { handler }] of parts.entries()) await handler.within(tx, fresh[place] ?? []);
  return fresh;
}

/** Writes the inbox rows and gives the messages that were not in it: of two racing consumers, the second waits here for the first and then finds nothing to do. */
async function enterInbox(tx: Tx, parts: readonly Part[]): Promise<Readable[][]> {
  // In order, so that two processes with overlapping sets wait for each other instead of deadlocking.
  const keys = [...new Set(parts.flatMap((part) => part.set.map((one) => keyOf(part, one))))].sort();
  const rows = await tx.query<{ key: string }>(
    `INSERT INTO inbox (consumer, message_id) SELECT split_part(key, ' ', 1), split_part(key, ' ', 2)::uuid FROM unnest($1::text[]) AS key
     ON CONFLICT DO NOTHING RETURNING consumer || ' ' || message_id AS key`,
    [keys],
  );
  const entered = new Set(rows.map(({ key }) => key));
  // delete() gives true once: the same message twice in one set is handled once.
  return parts.map((part) => part.set.filter((one) => entered.delete(keyOf(part, one))));
}

const keyOf = ({ handler }: Part, { envelope }: Readable): string => `${handler.consumer} ${envelope.id.toLowerCase()}`;

const namesOf = (parts: readonly Part[]): string => parts.map(({ handler }) => handler.consumer).join(', ');

function conclude({ set, outcomes }: Part, outcome: Outcome): void {
  for (const { index } of set) outcomes[index] = outcome;
}

function failure(error: unknown): Outcome {
  return error instanceof PoisonMessage ? { kind: 'poison', reason: error.reason, error } : { kind: 'failed', error };
}
