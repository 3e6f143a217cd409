import type { Caller } from '@florin/access';
import { transferCompleted } from '@florin/contracts';
import { CoalescingWriter, type Outcome, Transactions, type Tx } from '@florin/database';
import { type Answer, type Answered, created, Idempotency, type IdempotentRequest } from '@florin/http';
import { type Cause, type Clock, newId, Refusal } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { BookTransfers, type Booked } from './book-transfers';
import type { MakeTransferDto, TransferDto } from './transfer.dto';
import { type Transfer, TransfersRepository } from './transfers.repository';

interface Item {
  request: IdempotentRequest;
  transfer: Transfer;
}

interface Fresh {
  transfer: Transfer;
  cause: Cause | undefined;
}

/** Members who may share one transaction, and who may wait before one more is told to come back. */
const maxBatch = 128;
const maxQueue = 2_000;

/** Moves money from one member's wallet to another's, in one transaction that members share. */
@Injectable()
export class MakeTransfer {
  private readonly writer: CoalescingWriter<Item, Answered<TransferDto>>;

  constructor(
    transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly bookTransfers: BookTransfers,
    private readonly transfers: TransfersRepository,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    const decide = (tx: Tx, items: Item[], causes: (Cause | undefined)[]): Promise<Outcome<Answered<TransferDto>>[]> =>
      this.idempotency.onceAll(
        tx,
        items.map(({ request, transfer }, index) => ({ request, item: { transfer, cause: causes[index] } })),
        (fresh) => this.decide(tx, fresh),
      );
    this.writer = new CoalescingWriter({ name: 'transfers', maxBatch, maxQueue, decide }, transactions);
  }

  /**
   * Once per idempotency key. Refuses with 422 `transfer_to_oneself`, `recipient_unknown`, `recipient_cannot_receive`, `insufficient_funds`,
   * `wallet_closed`, `wallet_frozen`, `limit_…` or `overflow`; with 503 `overloaded` when too many wait.
   */
  execute(caller: Caller, request: IdempotentRequest, input: MakeTransferDto): Promise<Answered<TransferDto>> {
    const toMemberId = input.to_member_id.toLowerCase();
    if (toMemberId === caller.subject)
      throw Refusal.field(
        'unprocessable',
        'to_member_id',
        'transfer_to_oneself',
        'The money is in this wallet already.',
      );
    return this.writer.submit({
      request,
      transfer: {
        id: newId(),
        merchantId: caller.merchantId,
        fromMemberId: caller.subject,
        toMemberId,
        currency: input.currency,
        amountMinor: input.amount_minor,
        note: input.note ?? null,
        createdAt: this.clock.now(),
      },
    });
  }

  private async decide(tx: Tx, items: readonly Fresh[]): Promise<Outcome<Answer<TransferDto>>[]> {
    const booked = await this.bookTransfers.within(
      tx,
      items.map(({ transfer }) => transfer),
    );
    const made: (Fresh & { journalId: string })[] = [];
    const outcomes = items.map((item, index): Outcome<Answer<TransferDto>> => {
      const { journalId, refusal } = booked[index] as Booked;
      if (refusal) return { ok: false, refusal };
      made.push({ ...item, journalId });
      return { ok: true, value: created(shown(item.transfer)) };
    });
    if (made.length > 0) await Promise.all([this.keep(tx, made), this.tell(tx, made)]);
    return outcomes;
  }

  private keep(tx: Tx, made: readonly (Fresh & { journalId: string })[]): Promise<void> {
    return this.transfers.insert(
      tx,
      made.map(({ transfer, journalId }) => ({ ...transfer, journalId })),
    );
  }

  private tell(tx: Tx, made: readonly Fresh[]): Promise<string[]> {
    return this.outbox.addAll(
      tx,
      transferCompleted,
      made.map(({ transfer: { id, merchantId, fromMemberId, toMemberId, currency, amountMinor }, cause }) => ({
        subject: id,
        cause,
        data: { transferId: id, merchantId, fromMemberId, toMemberId, currency, amountMinor },
      })),
    );
  }
}

function shown(transfer: Transfer): TransferDto {
  return {
    id: transfer.id,
    from_member_id: transfer.fromMemberId,
    to_member_id: transfer.toMemberId,
    currency: transfer.currency,
    amount_minor: transfer.amountMinor,
    note: transfer.note,
    created_at: transfer.createdAt,
  };
}
