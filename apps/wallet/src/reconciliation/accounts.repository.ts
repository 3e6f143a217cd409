import type { Tx } from '@florin/database';
import type { AccountSettings, StatementAccount } from './account-settings';
import type { StatementAccountDto } from './account.dto';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

const from = `FROM reconciliation_accounts AS account
  JOIN reconciliation_account_versions AS version ON version.account_id = account.id AND version.version = account.version`;
const view = `SELECT account.id, account.kind, account.name, account.external_id, account.currency, account.version, account.created_at,
  account.updated_at, version.settings->'mapping' AS mapping, version.settings->'rules' AS rules,
  (version.settings->>'missing_after_days')::integer AS missing_after_days,
  (version.settings->>'four_eyes_above_minor')::bigint AS four_eyes_above_minor ${from}`;
const domain = `SELECT account.id, account.merchant_id AS "merchantId", account.kind, account.external_id AS "externalId", account.currency,
  account.version, version.settings ${from}`;

/** SQL of accounts that statements come of. */
export class AccountsRepository {
  async one(source: Queries, merchantId: string, id: string): Promise<StatementAccountDto | undefined> {
    const [row] = await source.query<StatementAccountDto>(
      `${view} WHERE account.id = $1 AND account.merchant_id = $2`,
      [id, merchantId],
    );
    return row;
  }

  list(source: Queries, merchantId: string, afterId: string | null, limit: number): Promise<StatementAccountDto[]> {
    return source.query(
      `${view} WHERE account.merchant_id = $1 AND ($2::uuid IS NULL OR account.id < $2::uuid) ORDER BY account.id DESC LIMIT $3`,
      [merchantId, afterId, limit],
    );
  }

  /** With the settings in force; of a merchant where one is named. */
  async find(source: Queries, id: string, merchantId: string | null): Promise<StatementAccount | undefined> {
    const [row] = await source.query<StatementAccount>(
      `${domain} WHERE account.id = $1 AND ($2::uuid IS NULL OR account.merchant_id = $2::uuid)`,
      [id, merchantId],
    );
    return row;
  }

  /** Whoever writes matches of an account holds this: one at a time, so that no two explain the same line. */
  async lock(tx: Tx, id: string): Promise<void> {
    await tx.query('SELECT id FROM reconciliation_accounts WHERE id = $1 FOR NO KEY UPDATE', [id]);
  }

  async insert(tx: Tx, account: Omit<StatementAccount, 'settings' | 'version'> & { name: string }): Promise<void> {
    await tx.execute(
      'INSERT INTO reconciliation_accounts (id, merchant_id, kind, name, external_id, currency) VALUES ($1, $2, $3, $4, $5, $6)',
      [account.id, account.merchantId, account.kind, account.name, account.externalId, account.currency],
    );
  }

  async lockVersion(tx: Tx, merchantId: string, id: string): Promise<number | undefined> {
    const [row] = await tx.query<{ version: number }>(
      'SELECT version FROM reconciliation_accounts WHERE id = $1 AND merchant_id = $2 FOR NO KEY UPDATE',
      [id, merchantId],
    );
    return row?.version;
  }

  async update(tx: Tx, id: string, name: string): Promise<void> {
    await tx.execute(
      'UPDATE reconciliation_accounts SET name = $2, version = version + 1, updated_at = now() WHERE id = $1',
      [id, name],
    );
  }

  async insertVersion(tx: Tx, id: string, version: number, settings: AccountSettings, by: string): Promise<void> {
    await tx.execute(
      'INSERT INTO reconciliation_account_versions (account_id, version, settings, changed_by) VALUES ($1, $2, $3, $4)',
      [id, version, JSON.stringify(settings), by],
    );
  }

  /** Accounts with lines that wait for an explanation, by merchant and id. */
  async waiting(source: Queries): Promise<string[]> {
    const rows = await source.query<{ id: string }>(
      `SELECT account.id FROM reconciliation_accounts AS account
       WHERE EXISTS (SELECT FROM reconciliation_lines WHERE account_id = account.id AND state = 'open')
          OR account.kind = 'processor' ORDER BY account.id`,
    );
    return rows.map(({ id }) => id);
  }
}
