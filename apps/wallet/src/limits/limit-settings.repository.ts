import type { Tx } from '@florin/database';
import type { FreezeScope } from './limit-rules';
import type { FreezeDto, LimitsDto, LimitUseDto, SaveLimitsDto } from './limits.dto';
import { everybody } from './limits.repository';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

const limitColumns = `currency, nullif(member_id, '${everybody}') AS member_id, version, rules, reason, changed_by, changed_at`;
const freezeColumns = 'id, member_id, scope, reason, frozen_by, frozen_at, lifted_by, lift_reason, lifted_at';

/** SQL of what staff say about limits and frozen wallets. */
export class LimitSettingsRepository {
  async current(
    source: Queries,
    merchantId: string,
    currency: string,
    memberId: string,
  ): Promise<LimitsDto | undefined> {
    const [limits] = await this.versions(source, merchantId, currency, memberId, undefined, 1);
    return limits;
  }

  /** Newest first. */
  versions(
    source: Queries,
    merchantId: string,
    currency: string,
    memberId: string,
    before: number | undefined,
    limit: number,
  ): Promise<LimitsDto[]> {
    return source.query<LimitsDto>(
      `SELECT ${limitColumns} FROM wallet_limits WHERE merchant_id = $1 AND currency = $2 AND member_id = $3
         AND ($4::integer IS NULL OR version < $4::integer) ORDER BY version DESC LIMIT $5`,
      [merchantId, currency, memberId, before ?? null, limit],
    );
  }

  /** Gives false when somebody else has said this version already: the key is the guarantee. */
  async insert(
    tx: Tx,
    merchantId: string,
    memberId: string,
    version: number,
    { currency, rules, reason }: SaveLimitsDto,
    changedBy: string,
  ): Promise<boolean> {
    const inserted = await tx.execute(
      `INSERT INTO wallet_limits (merchant_id, currency, member_id, version, rules, reason, changed_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
      [merchantId, currency, memberId, version, JSON.stringify(rules), reason, changedBy],
    );
    return inserted > 0;
  }

  used(
    source: Queries,
    merchantId: string,
    memberId: string,
    currency: string,
    periods: readonly string[],
  ): Promise<LimitUseDto[]> {
    return source.query<LimitUseDto>(
      `SELECT operation, period, used_minor FROM wallet_limit_counters
       WHERE merchant_id = $1 AND member_id = $2 AND currency = $3 AND period = ANY($4::text[]) ORDER BY operation, period`,
      [merchantId, memberId, currency, periods],
    );
  }

  async hasWallet(source: Queries, merchantId: string, memberId: string): Promise<boolean> {
    const rows = await source.query('SELECT 1 FROM wallets WHERE merchant_id = $1 AND member_id = $2 LIMIT 1', [
      merchantId,
      memberId,
    ]);
    return rows.length > 0;
  }

  /** Gives nothing when the wallet is frozen already. */
  async freeze(
    tx: Tx,
    row: { id: string; merchantId: string; memberId: string; scope: FreezeScope; reason: string; by: string },
  ): Promise<FreezeDto | undefined> {
    const [freeze] = await tx.query<FreezeDto>(
      `INSERT INTO wallet_freezes (id, merchant_id, member_id, scope, reason, frozen_by) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (merchant_id, member_id) WHERE lifted_at IS NULL DO NOTHING RETURNING ${freezeColumns}`,
      [row.id, row.merchantId, row.memberId, row.scope, row.reason, row.by],
    );
    return freeze;
  }

  /** Gives nothing when the wallet is not frozen. */
  async lift(tx: Tx, merchantId: string, memberId: string, by: string, reason: string): Promise<FreezeDto | undefined> {
    const [freeze] = await tx.query<FreezeDto>(
      `UPDATE wallet_freezes SET lifted_at = clock_timestamp(), lifted_by = $3, lift_reason = $4
       WHERE merchant_id = $1 AND member_id = $2 AND lifted_at IS NULL RETURNING ${freezeColumns}`,
      [merchantId, memberId, by, reason],
    );
    return freeze;
  }

  freezes(
    source: Queries,
    merchantId: string,
    memberId: string,
    beforeId: string | undefined,
    limit: number,
  ): Promise<FreezeDto[]> {
    return source.query<FreezeDto>(
      `SELECT ${freezeColumns} FROM wallet_freezes WHERE merchant_id = $1 AND member_id = $2 AND ($3::uuid IS NULL OR id < $3::uuid)
       ORDER BY id DESC LIMIT $4`,
      [merchantId, memberId, beforeId ?? null, limit],
    );
  }
}
