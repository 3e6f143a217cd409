import type { Tx } from '@florin/database';
import { newId } from '@florin/kernel';

export interface Prefunding {
  merchantId: string;
  currency: string;
  balanceMinor: number;
  committedMinor: number;
  enforced: boolean;
  version: number;
}

export interface PrefundingChange {
  merchantId: string;
  currency: string;
  kind: 'deposit' | 'withdrawal' | 'setting';
  amountMinor: number;
  enforced: boolean;
  changedBy: string;
  changedAt: Date;
}

const columns = `merchant_id AS "merchantId", currency, balance_minor AS "balanceMinor", committed_minor AS "committedMinor", enforced, version`;

/** SQL of prefunding. */
export class PrefundingRepository {
  /** The prefunding of those funders that are merchants and have some, locked in the order of their ids. */
  async lockOf(tx: Tx, funders: readonly { funder: string; currency: string }[]): Promise<Prefunding[]> {
    if (funders.length === 0) return [];
    return tx.query<Prefunding>(
      `SELECT ${columns} FROM prefunding WHERE ('merchant:' || merchant_id, currency) IN (SELECT * FROM unnest($1::text[], $2::char(3)[]))
       ORDER BY merchant_id, currency FOR UPDATE`,
      [funders.map(({ funder }) => funder), funders.map(({ currency }) => currency)],
    );
  }

  async pointValues(
    tx: Tx,
    lots: readonly { programId: string; settingVersion: number }[],
  ): Promise<Map<string, number>> {
    const rows = await tx.query<{ key: string; value: number }>(
      `SELECT concat_ws(' ', program_id, version) AS key, point_value_micros AS value FROM liability_settings
       WHERE (program_id, version) IN (SELECT * FROM unnest($1::uuid[], $2::integer[]))`,
      [lots.map(({ programId }) => programId), lots.map(({ settingVersion }) => settingVersion)],
    );
    return new Map(rows.map(({ key, value }) => [key, value]));
  }

  async saveCommitted(tx: Tx, rows: readonly Prefunding[]): Promise<void> {
    if (rows.length === 0) return;
    await tx.execute(
      `UPDATE prefunding SET committed_minor = new.committed FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS new (merchant_id, currency, committed)
       WHERE prefunding.merchant_id = new.merchant_id AND prefunding.currency = new.currency`,
      [
        rows.map(({ merchantId }) => merchantId),
        rows.map(({ currency }) => currency),
        rows.map(({ committedMinor }) => committedMinor),
      ],
    );
  }

  /**
   * The merchant's prefunding, locked; begun with what its points that are out are worth when there was none. Nobody changes
   * a lot meanwhile: who did before is waited for, who will finds the row.
   */
  async lockOrBegin(tx: Tx, merchantId: string, currency: string): Promise<Prefunding> {
    const found = await this.lockOf(tx, [{ funder: `merchant:${merchantId}`, currency }]);
    if (found[0]) return found[0];
    await tx.execute('LOCK TABLE liability_lots IN SHARE MODE');
    await tx.execute(
      `INSERT INTO prefunding (merchant_id, currency, committed_minor)
       SELECT $1::uuid, $2::text, coalesce(sum(div(
         (points - redeemed - expired - clawed_back)::numeric * setting.point_value_micros * funder.share_bps, 10000000000)), 0)
       FROM liability_lot_funders funder JOIN liability_lots lot ON lot.id = funder.lot_id
       JOIN liability_settings setting ON setting.program_id = lot.program_id AND setting.version = lot.setting_version
       WHERE funder.funder = 'merchant:' || $1::text AND lot.currency = $2
       ON CONFLICT DO NOTHING`,
      [merchantId, currency],
    );
    const [begun] = await this.lockOf(tx, [{ funder: `merchant:${merchantId}`, currency }]);
    if (!begun) throw new Error('prefunding that was begun is there');
    return begun;
  }

  async save(tx: Tx, { merchantId, currency, balanceMinor, enforced }: Prefunding): Promise<void> {
    await tx.execute(
      'UPDATE prefunding SET balance_minor = $3, enforced = $4, version = version + 1 WHERE merchant_id = $1 AND currency = $2',
      [merchantId, currency, balanceMinor, enforced],
    );
  }

  async insertChange(tx: Tx, change: PrefundingChange): Promise<string> {
    const id = newId();
    await tx.execute(
      `INSERT INTO prefunding_changes (id, merchant_id, currency, kind, amount_minor, enforced, changed_by, changed_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        id,
        change.merchantId,
        change.currency,
        change.kind,
        change.amountMinor,
        change.enforced,
        change.changedBy,
        change.changedAt,
      ],
    );
    return id;
  }
}
