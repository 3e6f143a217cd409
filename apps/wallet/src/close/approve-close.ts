import type { Caller } from '@florin/access';
import { periodClosed } from '@florin/contracts';
import { Transactions, type Tx } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { type Clock, Refusal } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { lockBooks } from '../liability/books';
import { BookClose } from './book-close';
import { type CloseDto, closeDto } from './close.dto';
import { programLines } from './close-period';
import { type Close, ClosesRepository } from './closes.repository';
import { closesByStep } from './metrics';
import { takeTime } from './prepare-close';

/**
 * Closes a prepared month: computes it again, books it, locks and hashes it, all in one transaction, so that a crash leaves
 * nothing or everything. Refuses whoever prepared it (403), a month that is closed (409) and one to which something was added
 * after it was prepared (409): that has to be seen again.
 */
@Injectable()
export class ApproveClose {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly closes: ClosesRepository,
    private readonly bookClose: BookClose,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  execute(caller: Caller, request: IdempotentRequest, id: string): Promise<Answered<CloseDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => ok(await this.within(tx, caller, id))),
    );
  }

  private async within(tx: Tx, { merchantId, subject }: Caller, id: string): Promise<CloseDto> {
    await takeTime(tx);
    await lockBooks(tx, merchantId);
    const close = await this.closes.one(tx, merchantId, id);
    if (!close) throw closeNotFound();
    if (close.state === 'closed') throw new Refusal('conflict', 'period_closed', `${close.period} is closed.`);
    if (close.preparedBy === subject)
      throw new Refusal('forbidden', 'four_eyes', 'Somebody else has to approve what you prepared.');
    const lines = await this.bookClose.within(tx, close);
    const closedAt = this.clock.now();
    await this.closes.close(tx, close, subject, closedAt);
    await this.tell(tx, close, lines, closedAt);
    tx.afterCommit(() => closesByStep.inc({ step: 'closed' }));
    return closeDto({ ...close, state: 'closed', approvedBy: subject, closedAt }, lines);
  }

  private async tell(tx: Tx, close: Close, lines: Parameters<typeof programLines>[0], closedAt: Date): Promise<void> {
    await this.outbox.add(tx, periodClosed, close.id, {
      closeId: close.id,
      merchantId: close.merchantId,
      period: close.period,
      hash: close.hash,
      programs: programLines(lines).map((line) => ({
        programId: line.program_id,
        currency: line.currency,
        openingMinor: line.opening_minor,
        closingMinor: line.closing_minor,
      })),
      closedAt: closedAt.toISOString(),
    });
  }
}

export function closeNotFound(): Refusal {
  return new Refusal('not_found', 'close_not_found', 'There is no such close.');
}
