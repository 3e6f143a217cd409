import type { Tx } from '@florin/database';
import { newId } from '@florin/kernel';

export interface Step {
  subjectId: string;
  step: string;
  /** Who: a user's id, or `rule` where nobody had to. */
  by: string;
  detail?: string | null;
}

interface Owner {
  merchantId: string;
  id: string;
}

/** Writes down what was done, by whom: the audit trail of reconciliation. Rows are only ever added. */
export class Steps {
  async add(
    tx: Tx,
    account: Owner,
    subject: 'account' | 'import' | 'match' | 'exception',
    steps: readonly Step[],
  ): Promise<void> {
    if (steps.length === 0) return;
    await tx.execute(
      `INSERT INTO reconciliation_steps (id, merchant_id, account_id, subject, subject_id, step, made_by, detail)
       SELECT new.id, $2, $3, $4, new.subject_id, new.step, new.made_by, new.detail
       FROM unnest($1::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[]) AS new (id, subject_id, step, made_by, detail)`,
      [
        steps.map(() => newId()),
        account.merchantId,
        account.id,
        subject,
        steps.map(({ subjectId }) => subjectId),
        steps.map(({ step }) => step),
        steps.map(({ by }) => by),
        steps.map(({ detail }) => detail ?? null),
      ],
    );
  }
}
