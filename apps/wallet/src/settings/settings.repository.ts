import type { Tx } from '@florin/database';
import type { SaveSettingsDto, WalletSettingsDto } from './settings.dto';
import type { WalletSettings } from './wallet-settings';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

/** SQL of a merchant's settings. */
export class SettingsRepository {
  /** Newest first. */
  versions(
    source: Queries,
    merchantId: string,
    before: number | undefined,
    limit: number,
  ): Promise<WalletSettingsDto[]> {
    return source.query<WalletSettingsDto>(
      `SELECT version, settings, reason, changed_by, changed_at FROM wallet_settings
       WHERE merchant_id = $1 AND ($2::integer IS NULL OR version < $2::integer) ORDER BY version DESC LIMIT $3`,
      [merchantId, before ?? null, limit],
    );
  }

  /** Those that stand, by merchant; none for a merchant who said nothing. */
  async standing(source: Queries, merchantIds: readonly string[]): Promise<Map<string, WalletSettings>> {
    const rows = await source.query<{ merchantId: string; settings: WalletSettings }>(
      `SELECT merchant_id AS "merchantId", settings FROM unnest($1::uuid[]) AS asked (merchant_id)
       CROSS JOIN LATERAL (SELECT settings FROM wallet_settings AS s WHERE s.merchant_id = asked.merchant_id ORDER BY version DESC LIMIT 1) AS standing`,
      [[...new Set(merchantIds)]],
    );
    return new Map(rows.map(({ merchantId, settings }) => [merchantId, settings]));
  }

  /** Gives false when somebody else has said this version already: the key is the guarantee. */
  async insert(
    tx: Tx,
    merchantId: string,
    version: number,
    { settings, reason }: SaveSettingsDto,
    changedBy: string,
  ): Promise<boolean> {
    const inserted = await tx.execute(
      `INSERT INTO wallet_settings (merchant_id, version, settings, reason, changed_by) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING`,
      [merchantId, version, JSON.stringify(settings), reason, changedBy],
    );
    return inserted > 0;
  }
}
