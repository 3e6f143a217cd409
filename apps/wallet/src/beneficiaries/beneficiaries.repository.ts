import type { Tx } from '@florin/database';
import { newId } from '@florin/kernel';
import type { BeneficiaryDto, Verification } from './beneficiary.dto';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface NewBeneficiary {
  id: string;
  merchantId: string;
  memberId: string;
  sealed: string;
  fingerprint: string;
  ibanMasked: string;
  holderMasked: string;
  country: string;
  createdAt: Date;
}

/** What a withdrawal has to know of where it goes. */
export interface UsableBeneficiary {
  id: string;
  verification: Verification;
  createdAt: Date;
}

export interface Sought {
  merchantId: string;
  memberId?: string | undefined;
  verification?: Verification | undefined;
  /** Members see those they may use; staff also what was. */
  withRemoved: boolean;
  afterId?: string | undefined;
  limit: number;
}

const view = `id, member_id, holder_masked, iban_masked, country, verification, verification_note, removed_at IS NOT NULL AS removed, created_at`;

/** SQL of beneficiaries. */
export class BeneficiariesRepository {
  /** Takes the lowest free slot; gives false when there is none. The unique indexes decide a race. */
  async insert(tx: Tx, one: NewBeneficiary): Promise<boolean> {
    const inserted = await tx.execute(
      `INSERT INTO payout_beneficiaries (id, merchant_id, member_id, slot, sealed, fingerprint, iban_masked, holder_masked, country, created_at)
       SELECT $1, $2, $3, min(free), $4, $5, $6, $7, $8, $9 FROM generate_series(1, 5) AS free
       WHERE free NOT IN (SELECT slot FROM payout_beneficiaries WHERE merchant_id = $2 AND member_id = $3 AND removed_at IS NULL)
       HAVING min(free) IS NOT NULL`,
      [
        one.id,
        one.merchantId,
        one.memberId,
        one.sealed,
        one.fingerprint,
        one.ibanMasked,
        one.holderMasked,
        one.country,
        one.createdAt,
      ],
    );
    return inserted > 0;
  }

  async one(source: Queries, merchantId: string, id: string): Promise<BeneficiaryDto | undefined> {
    const [found] = await source.query<BeneficiaryDto>(
      `SELECT ${view} FROM payout_beneficiaries WHERE id = $1 AND merchant_id = $2`,
      [id, merchantId],
    );
    return found;
  }

  list(source: Queries, sought: Sought): Promise<BeneficiaryDto[]> {
    return source.query<BeneficiaryDto>(
      `SELECT ${view} FROM payout_beneficiaries
       WHERE merchant_id = $1 AND ($2::uuid IS NULL OR member_id = $2::uuid) AND ($3::text IS NULL OR verification = $3::text)
         AND ($4::boolean OR removed_at IS NULL) AND ($5::uuid IS NULL OR id < $5::uuid)
       ORDER BY id DESC LIMIT $6`,
      [
        sought.merchantId,
        sought.memberId ?? null,
        sought.verification ?? null,
        sought.withRemoved,
        sought.afterId ?? null,
        sought.limit,
      ],
    );
  }

  /** One of the member's own that is not removed, and that cannot be while the transaction lasts. */
  async usable(tx: Tx, merchantId: string, memberId: string, id: string): Promise<UsableBeneficiary | undefined> {
    const [found] = await tx.query<UsableBeneficiary>(
      `SELECT id, verification, created_at AS "createdAt" FROM payout_beneficiaries
       WHERE id = $1 AND merchant_id = $2 AND member_id = $3 AND removed_at IS NULL FOR SHARE`,
      [id, merchantId, memberId],
    );
    return found;
  }

  /** Shreds one of the member's own; gives its id, or nothing where there is none. Waits for withdrawals that are just using it. */
  async remove(tx: Tx, merchantId: string, memberId: string, id: string, at: Date): Promise<boolean> {
    const removed = await tx.execute(
      `UPDATE payout_beneficiaries SET sealed = NULL, removed_at = $4
       WHERE id = $1 AND merchant_id = $2 AND member_id = $3 AND removed_at IS NULL`,
      [id, merchantId, memberId, at],
    );
    return removed > 0;
  }

  async verify(tx: Tx, merchantId: string, id: string, to: Verification, note: string): Promise<boolean> {
    const changed = await tx.execute(
      `UPDATE payout_beneficiaries SET verification = $3, verification_note = $4
       WHERE id = $1 AND merchant_id = $2 AND removed_at IS NULL`,
      [id, merchantId, to, note],
    );
    return changed > 0;
  }

  /** Who did what to it: rows are only ever added. */
  async note(
    tx: Tx,
    id: string,
    step: 'added' | 'verified' | 'rejected' | 'removed',
    by: string,
    note?: string,
  ): Promise<void> {
    await tx.execute(
      'INSERT INTO payout_beneficiary_steps (id, beneficiary_id, step, actor, note) VALUES ($1, $2, $3, $4, $5)',
      [newId(), id, step, by, note ?? null],
    );
  }

  /** Whether money is on its way there. */
  async isInUse(tx: Tx, id: string): Promise<boolean> {
    const open = await tx.query(
      `SELECT 1 FROM wallet_withdrawals WHERE beneficiary_id = $1 AND state IN ('requested', 'held', 'submitted', 'unknown') LIMIT 1`,
      [id],
    );
    return open.length > 0;
  }

  /** What is sealed of each, by id. */
  async sealed(source: Queries, ids: readonly string[]): Promise<Map<string, string>> {
    const rows = await source.query<{ id: string; sealed: string }>(
      'SELECT id, sealed FROM payout_beneficiaries WHERE id = ANY($1::uuid[]) AND sealed IS NOT NULL',
      [ids],
    );
    return new Map(rows.map(({ id, sealed }) => [id, sealed]));
  }
}
