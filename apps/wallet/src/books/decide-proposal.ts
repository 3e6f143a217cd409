import type { Caller } from '@florin/access';
import { Reads, Transactions, type Tx } from '@florin/database';
import { type Answered, decodeCursor, Idempotency, type IdempotentRequest, ok, page, type Page } from '@florin/http';
import { present, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { BookEntries } from './book-entries';
import { KeepSchedules } from './keep-schedules';
import type { Writing } from './plan';
import type { ProposalDto, ProposalsQuery } from './proposal.dto';
import { ProposalsRepository } from './proposals.repository';
import type { SchedulePlan } from './schedule';

/** The second pair of eyes: writes what somebody else proposed, or says no. */
@Injectable()
export class DecideProposal {
  constructor(
    private readonly transactions: Transactions,
    private readonly reads: Reads,
    private readonly idempotency: Idempotency,
    private readonly proposals: ProposalsRepository,
    private readonly bookEntries: BookEntries,
    private readonly keepSchedules: KeepSchedules,
  ) {}

  /**
   * Refuses with 404 `proposal_not_found`, 409 `proposal_decided`, 403 `needs_another_person` for who proposed it, and with the
   * ledger's own code when it can no longer be written: it then still waits.
   */
  approve(caller: Caller, request: IdempotentRequest, id: string, reason: string): Promise<Answered<ProposalDto>> {
    return this.decide(caller, request, id, async (tx, proposal) => {
      if (proposal.proposed_by === caller.subject)
        throw new Refusal('forbidden', 'needs_another_person', 'Somebody else must approve what you proposed.');
      await this.proposals.decide(tx, id, 'approved', caller.subject, reason);
      await this.carryOut(tx, caller, proposal);
    });
  }

  /** Who proposed it may take it back. */
  reject(caller: Caller, request: IdempotentRequest, id: string, reason: string): Promise<Answered<ProposalDto>> {
    return this.decide(caller, request, id, (tx) => this.proposals.decide(tx, id, 'rejected', caller.subject, reason));
  }

  async list(merchantId: string, query: ProposalsQuery): Promise<Page<ProposalDto>> {
    const before = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.proposals.list(this.reads, merchantId, query.state, before?.id, query.limit + 1);
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  private decide(
    caller: Caller,
    request: IdempotentRequest,
    id: string,
    work: (tx: Tx, proposal: ProposalDto) => Promise<void>,
  ): Promise<Answered<ProposalDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const proposal = await this.proposals.lock(tx, caller.merchantId, id);
        if (!proposal) throw new Refusal('not_found', 'proposal_not_found', 'There is no such proposal.');
        if (proposal.state !== 'proposed')
          throw new Refusal('conflict', 'proposal_decided', `This proposal is ${proposal.state} already.`);
        await work(tx, proposal);
        return ok(present(await this.proposals.lock(tx, caller.merchantId, id), 'a proposal stays'));
      }),
    );
  }

  private async carryOut(tx: Tx, caller: Caller, { id, what, plan, reason, proposed_by }: ProposalDto): Promise<void> {
    const author = {
      merchantId: caller.merchantId,
      createdBy: proposed_by,
      approvedBy: caller.subject,
      proposalId: id,
      reason,
    };
    if (what === 'schedule') {
      await this.keepSchedules.keep(tx, author, plan as unknown as SchedulePlan);
      return;
    }
    const writing = plan as unknown as Writing;
    await this.bookEntries.post(tx, author, await this.bookEntries.weigh(tx, caller.merchantId, writing));
  }
}
