import { type JobRun, Jobs, Transactions, type Tx } from '@florin/database';
import { type Clock, newId, present } from '@florin/kernel';
import { type Answer, Ledger } from '@florin/ledger';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { EntriesRepository, isClosedMonth } from './entries.repository';
import { commandOf, moved } from './plan';
import { dueAt } from './schedule';
import { type DueSchedule, type ScheduleRun, SchedulesRepository } from './schedules.repository';

const job = 'post-scheduled';
/** Schedules per round: bounds the transaction, not the work. */
const roundSize = 100;

/**
 * Posts what is due, each occurrence once: its key, its row and the step to the next one share a transaction. What was missed
 * is made up for, one occurrence after the other, each counting from when it was due. One that the ledger refuses is noted
 * and not tried again: the next one comes all the same.
 */
@Injectable()
export class PostScheduled implements OnApplicationBootstrap {
  constructor(
    private readonly jobs: Jobs,
    private readonly transactions: Transactions,
    private readonly ledger: Ledger,
    private readonly schedules: SchedulesRepository,
    private readonly entries: EntriesRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.register(job, 'Posts scheduled journals that are due.', (run) => this.work(run));
  }

  @Cron(CronExpression.EVERY_30_SECONDS, { name: job, waitForCompletion: true })
  async run(): Promise<void> {
    await this.jobs.run(job, (run) => this.work(run));
  }

  private async work(run: JobRun): Promise<void> {
    for (let posted = await this.postDue(); posted > 0; posted = await this.postDue()) await run.add(posted);
  }

  /** One round; gives how many occurrences it dealt with. */
  postDue(): Promise<number> {
    return this.transactions.run(async (tx) => {
      const due = await this.schedules.due(tx, this.clock.now(), roundSize);
      if (due.length === 0) return 0;
      const runs = await this.post(tx, due);
      await this.schedules.noteRuns(tx, runs);
      await this.schedules.advance(
        tx,
        due.map(({ id, every, startsAt, endsAt, occurrence }) => ({
          id,
          nextAt: dueAt(every, startsAt, endsAt, occurrence + 1),
        })),
      );
      return due.length;
    });
  }

  /** One that is due in a month that was closed meanwhile is refused, and leaves the others alone. */
  private async answers(tx: Tx, due: readonly DueSchedule[]): Promise<Answer[]> {
    const commands = due.map((schedule) =>
      commandOf({ ...schedule.plan, effective_at: schedule.nextAt.toISOString() }, keyOf(schedule), 'scheduled'),
    );
    await tx.execute('SAVEPOINT scheduled');
    try {
      return await this.ledger.apply(tx, commands);
    } catch (error) {
      if (!isClosedMonth(error)) throw error;
      await tx.execute('ROLLBACK TO SAVEPOINT scheduled');
    }
    if (due.length === 1) return [{ ok: false, code: 'invalid', detail: 'that month is closed', replayed: false }];
    const one = Math.ceil(due.length / 2);
    return [...(await this.answers(tx, due.slice(0, one))), ...(await this.answers(tx, due.slice(one)))];
  }

  private async post(tx: Tx, due: readonly DueSchedule[]): Promise<ScheduleRun[]> {
    const answers = await this.answers(tx, due);
    const runs = due.map((schedule, index): ScheduleRun => {
      const answer = present(answers[index], 'every journal is answered');
      const of = { scheduleId: schedule.id, occurrence: schedule.occurrence, dueAt: schedule.nextAt };
      return answer.ok
        ? { ...of, journalId: answer.id, refusal: null, detail: null }
        : { ...of, journalId: null, refusal: answer.code, detail: answer.detail };
    });
    await this.entries.insert(
      tx,
      due.flatMap((schedule, index) => {
        const journalId = runs[index]?.journalId;
        if (!journalId) return [];
        const { id: scheduleId, merchantId, occurrence, reason, createdBy, approvedBy } = schedule;
        const amounts = schedule.plan.postings.map(({ account, amount_minor }) => ({
          account,
          amountMinor: amount_minor,
        }));
        const who = { merchantId, reason, createdBy, approvedBy, proposalId: null };
        const what = { key: keyOf(schedule), kind: 'scheduled' as const, amountMinor: moved(amounts) };
        return [{ ...who, ...what, id: newId(), journalId, scheduleId, occurrence }];
      }),
    );
    return runs;
  }
}

const keyOf = ({ id, occurrence }: DueSchedule): string => `scheduled:${id}:${occurrence}`;
