import type { Tx } from '@florin/database';
import { newId } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { type Author, BookEntries } from './book-entries';
import { LedgerSettings } from './ledger-settings';
import { ProposalsRepository } from './proposals.repository';
import type { SchedulePlan } from './schedule';

/** Whether a schedule may be made by one person. */
@Injectable()
export class WeighSchedule {
  constructor(
    private readonly bookEntries: BookEntries,
    private readonly settings: LedgerSettings,
    private readonly proposals: ProposalsRepository,
  ) {}

  /** The proposal to write, when it needs a second person. */
  async within(
    tx: Tx,
    { merchantId, createdBy: proposedBy, reason }: Author,
    plan: SchedulePlan,
    isDryRun: boolean,
  ): Promise<{ id: string; write: () => Promise<void> } | undefined> {
    const writing = { entries: [plan.journal], atomic: true };
    const { movedByCurrency } = await this.bookEntries.weigh(tx, merchantId, writing);
    if (isDryRun || !(await this.settings.needsTwo(tx, merchantId, movedByCurrency))) return undefined;
    const id = newId();
    return {
      id,
      write: () => this.proposals.insert(tx, { id, merchantId, what: 'schedule', plan, reason, proposedBy }),
    };
  }
}
