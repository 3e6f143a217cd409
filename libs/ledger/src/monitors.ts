import { newId, present, Refusal } from '@florin/kernel';
import type { Tx } from '@florin/database';
import type { AccountState, Books, Changes } from './books';
import { maxSetSize, type Reader } from './types';

/** Rows of one page at most. */
const maxPage = 1_000;

/** What is watched: one of the three balances of an account, and on which side of the threshold it is worth telling. */
export interface MonitorInput {
  /** Account code. */
  account: string;
  measure: 'posted' | 'held' | 'available';
  /** `above`: more than the threshold. `below`: less than it. */
  direction: 'above' | 'below';
  /** Minor units of the account's asset; may be below zero. */
  thresholdMinor: number;
}

export interface Monitor extends MonitorInput {
  id: string;
  asset: string;
  /** How it stands now. It tells when this becomes true, not while it is. */
  beyond: boolean;
  createdAt: Date;
  removedAt: Date | null;
}

/** A balance passed the threshold of a monitor. */
export interface Crossing extends MonitorInput {
  id: string;
  monitorId: string;
  asset: string;
  /** The balance right after the write that made it cross. */
  valueMinor: number;
  /** The journal or hold of that write; the last of its group. For a hold that timed out, the hold. */
  resultId: string;
  crossedAt: Date;
}

/** A monitor while a set is decided. */
export interface MonitorState {
  id: string;
  accountId: string;
  measure: MonitorInput['measure'];
  direction: MonitorInput['direction'];
  threshold: number;
  beyond: boolean;
}

/** Reads the monitors of locked accounts: none, and no statement, when nobody watches one of them. */
export async function readMonitors(tx: Tx, accounts: Iterable<AccountState>): Promise<MonitorState[]> {
  const watched = [...accounts].filter((account) => account.monitored).map((account) => account.id);
  if (watched.length === 0) return [];
  return tx.query<MonitorState>(
    `SELECT id, account_id AS "accountId", measure, direction, threshold, beyond
     FROM ledger_monitors WHERE account_id = ANY ($1::uuid[]) AND removed_at IS NULL ORDER BY id`,
    [watched],
  );
}

/** Moves the monitors on to what the books say after a write, and notes those that crossed by it. */
export function noteCrossings(books: Books, changes: Changes, resultId: string): void {
  if (books.monitors.length === 0) return;
  const byId = new Map([...books.accounts.values()].map((account) => [account.id, account]));
  for (const monitor of books.monitors) {
    const account = present(byId.get(monitor.accountId), 'a monitor is read with its account');
    const value = measured(account, monitor.measure);
    const beyond = monitor.direction === 'above' ? value > monitor.threshold : value < monitor.threshold;
    if (beyond === monitor.beyond) continue;
    monitor.beyond = beyond;
    changes.movedMonitors.add(monitor);
    if (beyond) changes.crossings.push({ id: newId(), monitor, account, value, resultId });
  }
}

function measured(account: AccountState, measure: MonitorInput['measure']): number {
  if (measure === 'available') return account.posted - account.held;
  return account[measure];
}

/** Writes how monitors stand and what crossed, and gives the crossings as they are told. */
export async function writeCrossings(tx: Tx, changes: Changes, crossedAt: Date): Promise<Crossing[]> {
  const { crossings } = changes;
  const moved = [...changes.movedMonitors];
  await tx.execute(
    `UPDATE ledger_monitors SET beyond = moved.beyond
     FROM unnest($1::uuid[], $2::boolean[]) AS moved (id, beyond) WHERE ledger_monitors.id = moved.id`,
    [moved.map((monitor) => monitor.id), moved.map((monitor) => monitor.beyond)],
  );
  if (crossings.length === 0) return [];
  await tx.execute(
    `INSERT INTO ledger_crossings (id, monitor_id, value, result_id, crossed_at)
     SELECT id, monitor_id, value, result_id, $1
     FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::uuid[]) AS crossing (id, monitor_id, value, result_id)`,
    [
      crossedAt,
      crossings.map((crossing) => crossing.id),
      crossings.map((crossing) => crossing.monitor.id),
      crossings.map((crossing) => crossing.value),
      crossings.map((crossing) => crossing.resultId),
    ],
  );
  return crossings.map(({ id, monitor, account, value, resultId }) => ({
    id,
    monitorId: monitor.id,
    account: account.code,
    asset: account.asset,
    measure: monitor.measure,
    direction: monitor.direction,
    thresholdMinor: monitor.threshold,
    valueMinor: value,
    resultId,
    crossedAt,
  }));
}

/**
 * Sets monitors up and gives them in the order asked; the same monitor asked for again is the one that is there.
 * One that stands beyond its threshold from the start is silent until the balance came back and crosses again.
 */
export async function addMonitors(tx: Tx, inputs: readonly MonitorInput[]): Promise<Monitor[]> {
  if (inputs.length > maxSetSize)
    throw new Refusal('too_large', 'ledger_set_too_large', `a ledger call takes at most ${maxSetSize} inputs`);
  if (inputs.some((input) => !Number.isSafeInteger(input.thresholdMinor)))
    throw new Refusal('invalid', 'ledger_monitor_invalid', 'a threshold is a whole number of minor units');
  const codes = [...new Set(inputs.map((input) => input.account))];
  // The lock keeps the balance still while the monitor learns on which side of it it stands.
  const locked = await tx.query<{ code: string }>(
    `WITH locked AS MATERIALIZED (SELECT id FROM ledger_accounts WHERE code = ANY ($1::text[]) ORDER BY id FOR NO KEY UPDATE)
     UPDATE ledger_accounts SET monitored = true FROM locked WHERE ledger_accounts.id = locked.id RETURNING code`,
    [codes],
  );
  const missing = codes.find((code) => !locked.some((row) => row.code === code));
  if (missing !== undefined) throw new Refusal('not_found', 'ledger_account_unknown', `there is no account ${missing}`);
  await tx.execute(
    `INSERT INTO ledger_monitors (id, account_id, measure, direction, threshold, beyond)
     SELECT given.id, account.id, given.measure, given.direction, given.threshold,
       CASE given.direction WHEN 'above' THEN balance.value > given.threshold ELSE balance.value < given.threshold END
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[]) AS given (id, code, measure, direction, threshold)
     JOIN ledger_accounts account ON account.code = given.code
     CROSS JOIN LATERAL (
       SELECT CASE given.measure WHEN 'posted' THEN posted WHEN 'held' THEN held ELSE posted - held END AS value) balance
     ON CONFLICT (account_id, measure, direction, threshold) WHERE removed_at IS NULL DO NOTHING`,
    [
      inputs.map(() => newId()),
      inputs.map((input) => input.account),
      inputs.map((input) => input.measure),
      inputs.map((input) => input.direction),
      inputs.map((input) => input.thresholdMinor),
    ],
  );
  const there = new Map((await activeMonitors(tx, codes)).map((monitor) => [nameOf(monitor), monitor]));
  return inputs.map((input) => present(there.get(nameOf(input)), 'a monitor that was asked for is there'));
}

const nameOf = (monitor: MonitorInput): string =>
  JSON.stringify([monitor.account, monitor.measure, monitor.direction, monitor.thresholdMinor]);

/** Takes monitors away; what they told stays on record. An unknown or removed one is left out of the answer. */
export async function removeMonitors(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const accounts = await tx.query<{ id: string }>(
    `SELECT id FROM ledger_accounts
     WHERE id IN (SELECT account_id FROM ledger_monitors WHERE id = ANY ($1::uuid[])) ORDER BY id FOR NO KEY UPDATE`,
    [ids],
  );
  const removed = await tx.query<{ id: string }>(
    'UPDATE ledger_monitors SET removed_at = now() WHERE id = ANY ($1::uuid[]) AND removed_at IS NULL RETURNING id',
    [ids],
  );
  await tx.execute(
    `UPDATE ledger_accounts account SET monitored = false WHERE id = ANY ($1::uuid[])
     AND NOT EXISTS (SELECT FROM ledger_monitors WHERE account_id = account.id AND removed_at IS NULL)`,
    [accounts.map((account) => account.id)],
  );
  return removed.map((row) => row.id);
}

const monitorColumns = `SELECT monitor.id, account.code AS account, account.asset, measure, direction, threshold AS "thresholdMinor",
    beyond, created_at AS "createdAt", removed_at AS "removedAt"
  FROM ledger_monitors monitor JOIN ledger_accounts account ON account.id = monitor.account_id`;

function activeMonitors(reader: Reader, codes: readonly string[]): Promise<Monitor[]> {
  return reader.query<Monitor>(`${monitorColumns} WHERE account.code = ANY ($1::text[]) AND removed_at IS NULL`, [
    codes,
  ]);
}

/** Monitors that watch an account, or one by id, or all; removed ones too when asked; the latest first. `afterId` is the last of the page before. */
export interface MonitorChoice {
  account?: string;
  monitorId?: string;
  removed?: boolean;
  afterId?: string;
}

/** Monitors by account, id or page, those that were removed only when asked for. */
export function readMonitorViews(reader: Reader, choice: MonitorChoice, limit: number): Promise<Monitor[]> {
  return reader.query<Monitor>(
    `${monitorColumns}
     WHERE ($1::text IS NULL OR monitor.account_id = (SELECT id FROM ledger_accounts WHERE code = $1))
       AND ($2::uuid IS NULL OR monitor.id = $2) AND ($3::uuid IS NULL OR monitor.id < $3) AND ($4 OR removed_at IS NULL)
     ORDER BY monitor.id DESC LIMIT $5`,
    [
      choice.account ?? null,
      choice.monitorId ?? null,
      choice.afterId ?? null,
      choice.removed ?? false,
      Math.min(limit, maxPage),
    ],
  );
}

/** Crossings of a monitor, the latest first. `afterId` is the last of the page before. */
export function readCrossings(
  reader: Reader,
  choice: { monitorId: string; afterId?: string },
  limit: number,
): Promise<Crossing[]> {
  return reader.query<Crossing>(
    `SELECT crossing.id, monitor.id AS "monitorId", account.code AS account, account.asset, measure, direction,
       threshold AS "thresholdMinor", value AS "valueMinor", result_id AS "resultId", crossed_at AS "crossedAt"
     FROM ledger_crossings crossing
     JOIN ledger_monitors monitor ON monitor.id = crossing.monitor_id
     JOIN ledger_accounts account ON account.id = monitor.account_id
     WHERE crossing.monitor_id = $1 AND ($2::uuid IS NULL OR crossing.id < $2) ORDER BY crossing.id DESC LIMIT $3`,
    [choice.monitorId, choice.afterId ?? null, Math.min(limit, maxPage)],
  );
}
