import type { Caller } from '@florin/access';
import { Transactions, type Tx } from '@florin/database';
import { type Answered, created, Idempotency, type IdempotentRequest } from '@florin/http';
import { type Clock, newId, Refusal } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { shareBooks } from '../liability/books';
import { type Month, monthAfter, monthBefore, requireEnded } from '../liability/months';
import { type CloseDto, closeDto } from './close.dto';
import { type Close, ClosesRepository } from './closes.repository';
import { ComputeClose } from './compute-close';
import { closesByStep } from './metrics';

/**
 * A close goes over whole months and cohorts, one a statement: it waits for others as long as they may take, and is planned
 * for what it really reads.
 */
export async function takeTime(tx: Tx): Promise<void> {
  await tx.execute(`SET LOCAL lock_timeout = '2min'`);
  await tx.execute(`SET LOCAL work_mem = '128MB'`);
  await tx.execute('SET LOCAL plan_cache_mode = force_custom_plan');
}

/**
 * Works out a month of the caller's merchant and writes it down for somebody else to approve. Books nothing and may be
 * repeated until it is approved. Refuses a month that is not over (422), that is closed (409) or whose month before is not (422).
 */
@Injectable()
export class PrepareClose {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly closes: ClosesRepository,
    private readonly computeClose: ComputeClose,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  execute(caller: Caller, request: IdempotentRequest, period: Month): Promise<Answered<CloseDto>> {
    requireEnded(period, this.clock.now());
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => created(await this.within(tx, caller, period))),
    );
  }

  private async within(tx: Tx, { merchantId, subject }: Caller, period: Month): Promise<CloseDto> {
    await takeTime(tx);
    // Shared: whoever books goes on meanwhile. Approving computes it again, alone, and refuses when something came in.
    requireTurn(period, (await shareBooks(tx, [merchantId])).get(merchantId) ?? null);
    const [known, previous] = [
      await this.closes.ofPeriod(tx, merchantId, period),
      await this.closes.ofPeriod(tx, merchantId, monthBefore(period)),
    ];
    const { lines, ...computed } = await this.computeClose.within(tx, merchantId, period, previous);
    const close: Close = {
      id: known?.id ?? newId(),
      merchantId,
      period,
      state: 'prepared',
      ...computed,
      previousId: previous?.id ?? null,
      previousHash: previous?.hash ?? null,
      preparedBy: subject,
      preparedAt: this.clock.now(),
      approvedBy: null,
      closedAt: null,
    };
    await this.closes.prepare(tx, close, lines);
    tx.afterCommit(() => closesByStep.inc({ step: 'prepared' }));
    return closeDto(close, lines);
  }
}

function requireTurn(period: Month, closedThrough: Month | null): void {
  if (closedThrough === null || period === monthAfter(closedThrough)) return;
  if (period <= closedThrough)
    throw new Refusal(
      'conflict',
      'period_closed',
      `${period} is closed. What came later is a line of ${monthAfter(closedThrough)}.`,
    );
  throw new Refusal(
    'unprocessable',
    'period_out_of_turn',
    `Months are closed one after the other: ${monthAfter(closedThrough)} comes first.`,
  );
}
