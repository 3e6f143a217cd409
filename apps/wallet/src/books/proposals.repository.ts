import type { Tx } from '@florin/database';
import type { ProposalDto } from './proposal.dto';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

const columns = 'id, what, plan, reason, state, proposed_by, proposed_at, decided_by, decided_at, decision_reason';

/** SQL of what waits for a second pair of eyes. */
export class ProposalsRepository {
  async insert(
    tx: Tx,
    proposal: { id: string; merchantId: string; what: string; plan: unknown; reason: string; proposedBy: string },
  ): Promise<void> {
    await tx.execute(
      'INSERT INTO ledger_proposals (id, merchant_id, what, plan, reason, proposed_by) VALUES ($1, $2, $3, $4, $5, $6)',
      [
        proposal.id,
        proposal.merchantId,
        proposal.what,
        JSON.stringify(proposal.plan),
        proposal.reason,
        proposal.proposedBy,
      ],
    );
  }

  async lock(tx: Tx, merchantId: string, id: string): Promise<ProposalDto | undefined> {
    const [proposal] = await tx.query<ProposalDto>(
      `SELECT ${columns} FROM ledger_proposals WHERE id = $1 AND merchant_id = $2 FOR UPDATE`,
      [id, merchantId],
    );
    return proposal;
  }

  async decide(tx: Tx, id: string, state: 'approved' | 'rejected', by: string, reason: string): Promise<void> {
    await tx.execute(
      'UPDATE ledger_proposals SET state = $2, decided_by = $3, decided_at = clock_timestamp(), decision_reason = $4 WHERE id = $1',
      [id, state, by, reason],
    );
  }

  list(
    source: Queries,
    merchantId: string,
    state: string | undefined,
    beforeId: string | undefined,
    limit: number,
  ): Promise<ProposalDto[]> {
    return source.query<ProposalDto>(
      `SELECT ${columns} FROM ledger_proposals
       WHERE merchant_id = $1 AND ($2::text IS NULL OR state = $2) AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
      [merchantId, state ?? null, beforeId ?? null, limit],
    );
  }
}
