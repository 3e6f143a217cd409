import type { Caller } from '@florin/access';
import { Reads, Transactions, type Tx } from '@florin/database';
import {
  accepted,
  type Answer,
  Answered,
  created,
  decodeCursor,
  Idempotency,
  type IdempotentRequest,
  ok,
  page,
  type Page,
  type PageQuery,
} from '@florin/http';
import { newId, present, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { type Author, BookEntries } from './book-entries';
import type { SchedulePlan } from './schedule';
import type { CreateScheduleDto, ScheduledDto, ScheduleDto, ScheduleRunDto, SchedulesQuery } from './schedule.dto';
import { SchedulesRepository } from './schedules.repository';
import { WeighSchedule } from './weigh-schedule';

/** Journals that come by themselves: once at a time, or again and again. */
@Injectable()
export class KeepSchedules {
  constructor(
    private readonly transactions: Transactions,
    private readonly reads: Reads,
    private readonly idempotency: Idempotency,
    private readonly bookEntries: BookEntries,
    private readonly schedules: SchedulesRepository,
    private readonly weighing: WeighSchedule,
  ) {}

  /** 201 with the schedule, or 202 with the proposal that waits for a second person. */
  create(
    caller: Caller,
    request: IdempotentRequest,
    { reason, ...plan }: CreateScheduleDto,
    isDryRun: boolean,
  ): Promise<Answered<ScheduledDto>> {
    const author = {
      merchantId: caller.merchantId,
      createdBy: caller.subject,
      approvedBy: null,
      proposalId: null,
      reason,
    };
    if (plan.ends_at !== undefined && Date.parse(plan.ends_at) < Date.parse(plan.starts_at))
      throw Refusal.field('invalid', 'ends_at', 'ends_before_it_starts', 'The end must not be before the start.');
    if (plan.journal.effective_at !== undefined)
      throw Refusal.field(
        'invalid',
        'journal.effective_at',
        'effective_when_due',
        'Each one counts from when it is due.',
      );
    return this.transactions.run(async (tx) => {
      const proposal = await this.weighing.within(tx, author, plan, isDryRun);
      if (isDryRun) return new Answered(200, { state: 'dry_run', proposal_id: null, schedule: null }, false);
      return this.idempotency.once(tx, request, async (): Promise<Answer<ScheduledDto>> => {
        if (proposal) {
          await proposal.write();
          return accepted({ state: 'proposed', proposal_id: proposal.id, schedule: null });
        }
        return created({ state: 'scheduled', proposal_id: null, schedule: await this.keep(tx, author, plan) });
      });
    });
  }

  async keep(tx: Tx, author: Author, plan: SchedulePlan): Promise<ScheduleDto> {
    const { merchantId, createdBy, approvedBy, reason } = author;
    await this.bookEntries.weigh(tx, merchantId, { entries: [plan.journal], atomic: true });
    const id = newId();
    await this.schedules.insert(tx, {
      id,
      merchantId,
      plan: plan.journal,
      reason,
      every: plan.every,
      startsAt: new Date(plan.starts_at),
      endsAt: plan.ends_at === undefined ? null : new Date(plan.ends_at),
      createdBy,
      approvedBy,
    });
    return present(await this.schedules.one(tx, merchantId, id), 'a schedule that was just made is there');
  }

  pause(caller: Caller, request: IdempotentRequest, id: string): Promise<Answered<ScheduleDto>> {
    return this.turn(caller, request, id, 'active', 'paused');
  }

  /** What it missed while it was paused comes now. */
  resume(caller: Caller, request: IdempotentRequest, id: string): Promise<Answered<ScheduleDto>> {
    return this.turn(caller, request, id, 'paused', 'active');
  }

  end(caller: Caller, request: IdempotentRequest, id: string): Promise<Answered<ScheduleDto>> {
    return this.turn(caller, request, id, 'active,paused', 'ended');
  }

  async list(merchantId: string, query: SchedulesQuery): Promise<Page<ScheduleDto>> {
    const before = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.schedules.list(this.reads, merchantId, query.state, before?.id, query.limit + 1);
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  async runs(merchantId: string, id: string, query: PageQuery): Promise<Page<ScheduleRunDto>> {
    if (!(await this.schedules.one(this.reads, merchantId, id))) throw scheduleNotFound();
    const before = decodeCursor(query.cursor, { occurrence: 'number' });
    const rows = await this.schedules.runs(this.reads, id, before?.occurrence, query.limit + 1);
    return page(rows, query.limit, ({ occurrence }) => ({ occurrence }));
  }

  private turn(
    caller: Caller,
    request: IdempotentRequest,
    id: string,
    from: string,
    to: string,
  ): Promise<Answered<ScheduleDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const turned = await this.schedules.turn(tx, caller.merchantId, id, from, to);
        const schedule = await this.schedules.one(tx, caller.merchantId, id);
        if (!schedule) throw scheduleNotFound();
        if (!turned && schedule.state !== to)
          throw new Refusal('conflict', 'schedule_ended', `This schedule is ${schedule.state}.`);
        return ok(schedule);
      }),
    );
  }
}

function scheduleNotFound(): Refusal {
  return new Refusal('not_found', 'schedule_not_found', 'There is no such schedule.');
}
