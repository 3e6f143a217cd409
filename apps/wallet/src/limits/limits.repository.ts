import type { Tx } from '@florin/database';
import type { FreezeScope, LimitRules, Operation } from './limit-rules';

/** Stands for everybody at the merchant where a member's id would stand. */
export const everybody = '00000000-0000-0000-0000-000000000000';

export interface Movement {
  merchantId: string;
  memberId: string;
  currency: string;
}

export interface Standing {
  frozen: FreezeScope | null;
  everybody: LimitRules | null;
  own: LimitRules | null;
}

export interface Counter extends Movement {
  operation: Operation;
  period: string;
}

export interface CounterChange extends Counter {
  byMinor: number;
  limitMinor: number | null;
}

export interface Use extends Movement {
  key: string;
  operation: Operation;
  amountMinor: number;
  day: string;
  month: string;
  onItsWay: boolean;
}

/** Money that was asked for and is not in the wallet yet counts towards its greatest balance. */
export const onItsWay = 'on-its-way';

export const counterKey = ({ merchantId, memberId, currency, operation, period }: Counter): string =>
  [merchantId, memberId, currency, operation, period].join(' ');

const useColumns = `key, merchant_id AS "merchantId", member_id AS "memberId", currency, operation, amount_minor AS "amountMinor", day, month,
  on_its_way AS "onItsWay"`;

/** SQL of limits. Every function takes a set and costs one statement. */
export class LimitsRepository {
  /** Keeps the members from being frozen or thawed until the transaction ends; those who move money do not keep each other. */
  async keepUnfrozen(tx: Tx, set: readonly Movement[]): Promise<void> {
    await tx.query(
      `SELECT pg_advisory_xact_lock_shared(id) FROM (
         SELECT DISTINCT hashtextextended(merchant_id || ' ' || member_id, 5) AS id FROM unnest($1::text[], $2::text[]) AS asked (merchant_id, member_id) ORDER BY 1
       ) AS members`,
      [set.map((one) => one.merchantId), set.map((one) => one.memberId)],
    );
  }

  /** Waits for everybody who is moving money of the member, and keeps others from it until the transaction ends. */
  async keepStill(tx: Tx, merchantId: string, memberId: string): Promise<void> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 5))`, [merchantId, memberId]);
  }

  /** Whether each is frozen and which rules stand, in the order asked. */
  async standings(tx: Tx, set: readonly Movement[]): Promise<Standing[]> {
    return tx.query<Standing>(
      `SELECT frozen.scope AS frozen, general.rules AS everybody, own.rules AS own
       FROM unnest($1::uuid[], $2::uuid[], $3::char(3)[]) WITH ORDINALITY AS asked (merchant_id, member_id, currency, position)
       LEFT JOIN wallet_freezes AS frozen
         ON frozen.merchant_id = asked.merchant_id AND frozen.member_id = asked.member_id AND frozen.lifted_at IS NULL
       LEFT JOIN LATERAL (SELECT rules FROM wallet_limits AS l WHERE l.merchant_id = asked.merchant_id AND l.currency = asked.currency
         AND l.member_id = '${everybody}' ORDER BY version DESC LIMIT 1) AS general ON true
       LEFT JOIN LATERAL (SELECT rules FROM wallet_limits AS l WHERE l.merchant_id = asked.merchant_id AND l.currency = asked.currency
         AND l.member_id = asked.member_id ORDER BY version DESC LIMIT 1) AS own ON true
       ORDER BY asked.position`,
      [set.map((one) => one.merchantId), set.map((one) => one.memberId), set.map((one) => one.currency)],
    );
  }

  /** Locks the counters, in one order for everybody, and gives what each has used. */
  async lockCounters(tx: Tx, counters: readonly Counter[]): Promise<Map<string, number>> {
    const once = [...new Map(counters.map((one) => [counterKey(one), one])).values()];
    const rows = await tx.query<Counter & { usedMinor: number }>(
      `INSERT INTO wallet_limit_counters AS counter (merchant_id, member_id, currency, operation, period)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[]) AS new (merchant_id, member_id, currency, operation, period)
       ORDER BY 1, 2, 3, 4, 5
       ON CONFLICT (merchant_id, member_id, currency, operation, period) DO UPDATE SET used_minor = counter.used_minor
       RETURNING merchant_id AS "merchantId", member_id AS "memberId", currency, operation, period, used_minor AS "usedMinor"`,
      [
        once.map((one) => one.merchantId),
        once.map((one) => one.memberId),
        once.map((one) => one.currency),
        once.map((one) => one.operation),
        once.map((one) => one.period),
      ],
    );
    return new Map(rows.map((row) => [counterKey(row), row.usedMinor]));
  }

  async change(tx: Tx, changes: readonly CounterChange[]): Promise<void> {
    if (changes.length === 0) return;
    await tx.execute(
      `UPDATE wallet_limit_counters AS counter SET used_minor = counter.used_minor + new.by_minor, limit_minor = new.limit_minor
       FROM unnest($1::uuid[], $2::uuid[], $3::char(3)[], $4::text[], $5::text[], $6::bigint[], $7::bigint[])
         AS new (merchant_id, member_id, currency, operation, period, by_minor, limit_minor)
       WHERE counter.merchant_id = new.merchant_id AND counter.member_id = new.member_id AND counter.currency = new.currency
         AND counter.operation = new.operation AND counter.period = new.period`,
      [
        changes.map((one) => one.merchantId),
        changes.map((one) => one.memberId),
        changes.map((one) => one.currency),
        changes.map((one) => one.operation),
        changes.map((one) => one.period),
        changes.map((one) => one.byMinor),
        changes.map((one) => one.limitMinor),
      ],
    );
  }

  async known(tx: Tx, keys: readonly string[]): Promise<Set<string>> {
    const rows = await tx.query<{ key: string }>('SELECT key FROM wallet_limit_uses WHERE key = ANY($1::text[])', [
      keys,
    ]);
    return new Set(rows.map(({ key }) => key));
  }

  async insertUses(tx: Tx, uses: readonly Use[]): Promise<void> {
    if (uses.length === 0) return;
    await tx.execute(
      `INSERT INTO wallet_limit_uses (key, merchant_id, member_id, currency, operation, amount_minor, day, month, on_its_way)
       SELECT * FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::boolean[])`,
      [
        uses.map((use) => use.key),
        uses.map((use) => use.merchantId),
        uses.map((use) => use.memberId),
        uses.map((use) => use.currency),
        uses.map((use) => use.operation),
        uses.map((use) => use.amountMinor),
        uses.map((use) => use.day),
        uses.map((use) => use.month),
        uses.map((use) => use.onItsWay),
      ],
    );
  }

  /** Uses that still count; none for movements that were never limited. */
  counted(tx: Tx, keys: readonly string[]): Promise<Use[]> {
    return tx.query<Use>(
      `SELECT ${useColumns} FROM wallet_limit_uses WHERE key = ANY($1::text[]) AND returned_at IS NULL`,
      [keys],
    );
  }

  /** Marks those that are still to be marked, and gives them. */
  arrive(tx: Tx, keys: readonly string[]): Promise<Use[]> {
    return tx.query<Use>(
      `UPDATE wallet_limit_uses SET on_its_way = false WHERE key = ANY($1::text[]) AND on_its_way AND returned_at IS NULL RETURNING ${useColumns}`,
      [keys],
    );
  }

  giveBack(tx: Tx, keys: readonly string[]): Promise<Use[]> {
    return tx.query<Use>(
      `UPDATE wallet_limit_uses SET returned_at = now() WHERE key = ANY($1::text[]) AND returned_at IS NULL RETURNING ${useColumns}`,
      [keys],
    );
  }

  async lower(tx: Tx, changes: readonly Omit<CounterChange, 'limitMinor'>[]): Promise<void> {
    const sums = new Map<string, Omit<CounterChange, 'limitMinor'>>();
    for (const one of changes) {
      const sum = sums.get(counterKey(one));
      sums.set(counterKey(one), sum ? { ...sum, byMinor: sum.byMinor + one.byMinor } : one);
    }
    const once = [...sums.values()];
    if (once.length === 0) return;
    await tx.execute(
      `UPDATE wallet_limit_counters AS counter SET used_minor = counter.used_minor - new.by_minor
       FROM unnest($1::uuid[], $2::uuid[], $3::char(3)[], $4::text[], $5::text[], $6::bigint[])
         AS new (merchant_id, member_id, currency, operation, period, by_minor)
       WHERE counter.merchant_id = new.merchant_id AND counter.member_id = new.member_id AND counter.currency = new.currency
         AND counter.operation = new.operation AND counter.period = new.period`,
      [
        once.map((one) => one.merchantId),
        once.map((one) => one.memberId),
        once.map((one) => one.currency),
        once.map((one) => one.operation),
        once.map((one) => one.period),
        once.map((one) => one.byMinor),
      ],
    );
  }
}
