import { newId, present, Refusal } from '@florin/kernel';
import type { Tx } from '@florin/database';
import { type Account, type AccountInput, type Balance, maxSetSize, type Reader } from './types';
import { accountFault } from './validate';

/** Rows of one page at most. */
const maxPage = 1_000;
/** Larger than any character: a prefix with it behind is past everything that begins so. */
const pastAll = '\u{10FFFF}';

/** Opens accounts that do not exist yet and gives all of them; see Ledger.open. */
export async function openAccounts(tx: Tx, inputs: readonly AccountInput[]): Promise<Account[]> {
  boundSet(inputs.length);
  for (const input of inputs) {
    const fault = accountFault(input);
    if (fault !== undefined) throw new Refusal('invalid', 'ledger_account_invalid', fault);
  }
  const unique = [...new Map(inputs.map((input) => [input.code, input])).values()];
  await tx.execute(
    `INSERT INTO ledger_accounts (id, code, asset, allow_negative, labels)
     SELECT id, code, asset, allow_negative, labels::jsonb
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::text[]) AS given (id, code, asset, allow_negative, labels)
     ORDER BY code ON CONFLICT (code) DO NOTHING`,
    [
      unique.map(() => newId()),
      unique.map((input) => input.code),
      unique.map((input) => input.asset),
      unique.map((input) => input.allowNegative ?? false),
      unique.map((input) => JSON.stringify(input.labels ?? {})),
    ],
  );
  const rows = await tx.query<{ id: string; code: string; asset: string; allow_negative: boolean }>(
    'SELECT id, code, asset, allow_negative FROM ledger_accounts WHERE code = ANY ($1::text[])',
    [unique.map((input) => input.code)],
  );
  const accounts = new Map(
    rows.map((row) => [row.code, { id: row.id, code: row.code, asset: row.asset, allowNegative: row.allow_negative }]),
  );
  return inputs.map((input) => sameAccount(input, present(accounts.get(input.code), 'an opened account exists')));
}

function boundSet(size: number): void {
  if (size > maxSetSize)
    throw new Refusal(
      'too_large',
      'ledger_set_too_large',
      `a ledger call takes at most ${maxSetSize} inputs, not ${size}`,
    );
}

function sameAccount(input: AccountInput, account: Account): Account {
  if (account.asset !== input.asset || account.allowNegative !== (input.allowNegative ?? false)) {
    throw new Refusal(
      'conflict',
      'ledger_account_differs',
      `account ${input.code} exists with another asset or overdraft rule`,
    );
  }
  return account;
}

/** Archives empty accounts; see Ledger.archive. */
export async function archiveAccounts(tx: Tx, codes: readonly string[]): Promise<string[]> {
  boundSet(codes.length);
  const open = await tx.query<{ code: string; empty: boolean }>(
    `SELECT code, posted = 0 AND held = 0 AS empty FROM ledger_accounts
     WHERE code = ANY ($1::text[]) AND status = 'open' ORDER BY id FOR NO KEY UPDATE`,
    [codes],
  );
  const full = open.find((account) => !account.empty);
  if (full)
    throw new Refusal(
      'conflict',
      'ledger_account_not_empty',
      `account ${full.code} still has money and cannot be archived`,
    );
  await tx.execute(
    `UPDATE ledger_accounts SET status = 'closed', closed_at = now() WHERE code = ANY ($1::text[]) AND status = 'open'`,
    [open.map((account) => account.code)],
  );
  return open.map((account) => account.code);
}

/** Brings accounts back; see Ledger.unarchive. */
export async function unarchiveAccounts(tx: Tx, codes: readonly string[]): Promise<string[]> {
  boundSet(codes.length);
  const rows = await tx.query<{ code: string }>(
    `WITH locked AS MATERIALIZED (
       SELECT id FROM ledger_accounts WHERE code = ANY ($1::text[]) AND status = 'closed' ORDER BY id FOR NO KEY UPDATE)
     UPDATE ledger_accounts account SET status = 'open', closed_at = NULL FROM locked WHERE account.id = locked.id RETURNING code`,
    [codes],
  );
  return rows.map((row) => row.code);
}

export interface AccountChoice {
  /** Begins so; an exact code is a prefix of itself. */
  codePrefix?: string;
  /** Has all of these. */
  labels?: Record<string, string>;
  asset?: string;
  /** `hidden` when left out. */
  archived?: 'hidden' | 'shown' | 'only';
  /** The last code of the page before. */
  afterCode?: string;
}

export interface AccountView extends Account, Balance {
  labels: Record<string, string>;
  openedAt: Date;
  archivedAt: Date | null;
}

const accountColumns = `SELECT id, code, asset, allow_negative AS "allowNegative", posted, held, posted - held AS available, labels,
  opened_at AS "openedAt", closed_at AS "archivedAt" FROM ledger_accounts`;

const chosen = `code COLLATE "C" >= $1 AND code COLLATE "C" < $1 || $2 AND code COLLATE "C" > $3
  AND ($4::text IS NULL OR asset = $4) AND CASE $5 WHEN 'shown' THEN true WHEN 'only' THEN status = 'closed' ELSE status = 'open' END`;

/** Lists accounts in the order of their codes, which are unique and never change: no account is shown twice or left out between pages. */
export function readAccounts(reader: Reader, choice: AccountChoice, limit: number): Promise<AccountView[]> {
  const { codePrefix = '', afterCode = '', asset, archived = 'hidden', labels = {} } = choice;
  const params = [codePrefix, pastAll, afterCode, asset ?? null, archived, Math.min(limit, maxPage)];
  // Two texts, because each keeps one plan: labels are found through their own index, the rest in the order of the codes.
  return Object.keys(labels).length === 0
    ? reader.query<AccountView>(`${accountColumns} WHERE ${chosen} ORDER BY code COLLATE "C" LIMIT $6`, params)
    : reader.query<AccountView>(
        `${accountColumns} WHERE labels <> '{}' AND labels @> $7::jsonb AND ${chosen} ORDER BY code COLLATE "C" LIMIT $6`,
        [...params, JSON.stringify(labels)],
      );
}
