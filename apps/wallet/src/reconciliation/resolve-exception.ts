import type { Caller } from '@florin/access';
import { Transactions, type Tx } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { present, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { StatementAccount } from './account-settings';
import { AccountsRepository } from './accounts.repository';
import type { ExceptionDetailDto, MatchByHandDto } from './exception.dto';
import { ExceptionsRepository, type LockedException } from './exceptions.repository';
import { MatchByHand } from './match-by-hand';
import { type Step, Steps } from './steps';

type Locked = LockedException & { account: StatementAccount };

/**
 * What a person does about an exception: each under the exception's lock, so that of two at once one wins and the other is told (409
 * `exception_resolved`). Writing off more than the account's limit is proposed by one and approved by another.
 */
@Injectable()
export class ResolveException {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly accounts: AccountsRepository,
    private readonly exceptions: ExceptionsRepository,
    private readonly matchByHand: MatchByHand,
    private readonly steps: Steps,
  ) {}

  assign(
    caller: Caller,
    request: IdempotentRequest,
    id: string,
    to: string | undefined,
  ): Promise<Answered<ExceptionDetailDto>> {
    return this.doing(caller, request, id, async (tx) => {
      await this.exceptions.assign(tx, id, to ?? null);
      return { step: 'assigned', detail: to ?? 'nobody' };
    });
  }

  /** Says what the line is about. Refuses targets that are not there, have a line already (409), or do not sum to the line (422). */
  match(
    caller: Caller,
    request: IdempotentRequest,
    id: string,
    input: MatchByHandDto,
  ): Promise<Answered<ExceptionDetailDto>> {
    return this.doing(caller, request, id, async (tx, locked) => {
      requireOpen(locked);
      const made = await this.matchByHand.to(tx, locked.account, lineOf(locked), input, caller.subject);
      await this.exceptions.note(tx, id, input.reason);
      return { step: 'matched', detail: `${made}: ${input.reason}` };
    });
  }

  /** Books the line as a difference; above the account's limit it waits for a second person. */
  writeOff(
    caller: Caller,
    request: IdempotentRequest,
    id: string,
    reason: string,
  ): Promise<Answered<ExceptionDetailDto>> {
    return this.doing(caller, request, id, async (tx, locked) => {
      requireOpen(locked);
      const lineId = lineOf(locked);
      if (Math.abs(locked.amountMinor) > locked.account.settings.four_eyes_above_minor) {
        await this.exceptions.propose(tx, id, caller.subject, reason);
        return { step: 'write-off proposed', detail: reason };
      }
      await this.matchByHand.writeOff(tx, locked.account, lineId, { by: caller.subject, reason });
      await this.exceptions.note(tx, id, reason);
      return { step: 'written off', detail: reason };
    });
  }

  /** Refuses whoever proposed it (403), and an exception of which nothing is proposed (409). */
  approve(caller: Caller, request: IdempotentRequest, id: string): Promise<Answered<ExceptionDetailDto>> {
    return this.doing(caller, request, id, async (tx, locked) => {
      const { proposedBy, reason } = requireProposed(locked);
      if (proposedBy === caller.subject)
        throw new Refusal('forbidden', 'second_person_needed', 'Somebody else than who proposed it has to approve it.');
      const maker = { by: proposedBy, approvedBy: caller.subject, reason };
      await this.matchByHand.writeOff(tx, locked.account, lineOf(locked), maker);
      return { step: 'write-off approved', detail: null };
    });
  }

  /** Puts a proposed write-off back into the queue. */
  reject(
    caller: Caller,
    request: IdempotentRequest,
    id: string,
    reason: string,
  ): Promise<Answered<ExceptionDetailDto>> {
    return this.doing(caller, request, id, async (tx, locked) => {
      requireProposed(locked);
      await this.exceptions.reopen(tx, id);
      return { step: 'write-off rejected', detail: reason };
    });
  }

  /** Leaves it unexplained on purpose: it moves no money, and the report goes on to show the difference. */
  ignore(
    caller: Caller,
    request: IdempotentRequest,
    id: string,
    reason: string,
  ): Promise<Answered<ExceptionDetailDto>> {
    return this.doing(caller, request, id, async (tx, locked) => {
      requireOpen(locked);
      if (locked.lineId !== null) await this.matchByHand.ignore(tx, locked.account, locked.lineId);
      await this.exceptions.resolve(tx, id, 'ignored', caller.subject, reason);
      return { step: 'ignored', detail: reason };
    });
  }

  private doing(
    { merchantId, subject }: Caller,
    request: IdempotentRequest,
    id: string,
    work: (tx: Tx, locked: Locked) => Promise<Pick<Step, 'step' | 'detail'>>,
  ): Promise<Answered<ExceptionDetailDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const locked = await this.lock(tx, merchantId, id);
        const step = await work(tx, locked);
        await this.steps.add(tx, locked.account, 'exception', [{ subjectId: id, by: subject, ...step }]);
        const after = present(await this.exceptions.one(tx, merchantId, id), 'an exception that is locked is there');
        return ok({ ...after, steps: await this.exceptions.steps(tx, id) });
      }),
    );
  }

  /** The account first, as whoever books matches does, so that the two never wait for each other. */
  private async lock(tx: Tx, merchantId: string, id: string): Promise<Locked> {
    const known = await this.exceptions.one(tx, merchantId, id);
    const account = known && (await this.accounts.find(tx, known.account_id, merchantId));
    if (!account) throw exceptionNotFound();
    await this.accounts.lock(tx, account.id);
    const locked = present(await this.exceptions.lock(tx, merchantId, id), 'exceptions are never deleted');
    if (locked.state === 'resolved')
      throw new Refusal('conflict', 'exception_resolved', 'Somebody, or a rule, has resolved it already.');
    return { ...locked, account };
  }
}

function requireOpen({ state }: Locked): void {
  if (state !== 'open')
    throw new Refusal('conflict', 'write_off_proposed', 'A write-off is proposed: it is approved or rejected first.');
}

function requireProposed({ state, proposedBy, reason }: Locked): { proposedBy: string; reason: string } {
  if (state !== 'proposed') throw new Refusal('conflict', 'nothing_proposed', 'No write-off is proposed.');
  return { proposedBy: present(proposedBy, 'a proposal has a proposer'), reason: reason ?? '' };
}

function lineOf({ lineId }: Locked): string {
  if (lineId !== null) return lineId;
  const detail = 'No line stands for it: it is matched when its line comes, or ignored.';
  throw new Refusal('unprocessable', 'exception_without_line', detail);
}

export function exceptionNotFound(): Refusal {
  return new Refusal('not_found', 'exception_not_found', 'There is no such exception.');
}
