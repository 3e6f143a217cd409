import type { Caller } from '@florin/access';
import { Transactions, type Tx } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { assert, type Clock, present, Refusal } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { partnerAccount } from '../accounts/money-accounts';
import { transfersByState } from './metrics';
import { merchantPartner } from './partners';
import type { TransferDto } from './settlement.dto';
import { SettlementsRepository } from './settlements.repository';

/**
 * Writes down that a transfer has been paid, with the reference of the payment: what the debtor owed and the creditor was owed
 * is settled. The creditor says so, or the operator; the debtor's word is not enough (403). Paid once (409).
 */
@Injectable()
export class PayTransfer {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly settlements: SettlementsRepository,
    private readonly ledger: Ledger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  execute(caller: Caller, request: IdempotentRequest, id: string, reference: string): Promise<Answered<TransferDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => ok(await this.within(tx, caller, id, reference))),
    );
  }

  private async within(tx: Tx, caller: Caller, id: string, reference: string): Promise<TransferDto> {
    const transfer = await this.settlements.lockTransfer(tx, id);
    const isOperator = caller.merchants === '*';
    const own = isOperator ? undefined : merchantPartner(caller.merchantId);
    if (!transfer || (!isOperator && own !== transfer.debtor && own !== transfer.creditor))
      throw new Refusal('not_found', 'transfer_not_found', 'There is no such transfer.');
    if (!isOperator && own !== transfer.creditor)
      throw new Refusal('forbidden', 'creditor_only', 'Whoever gets the money says that it has come.');
    if (transfer.state === 'paid') throw new Refusal('conflict', 'transfer_paid', 'This transfer is paid already.');
    const { debtor, creditor, currency, amount_minor: amountMinor } = transfer;
    const [posted] = await this.ledger.post(tx, [
      {
        key: `settlement-paid:${id}`,
        kind: 'settlement_paid',
        reference: `settlement-transfer:${id}`,
        postings: [
          { account: partnerAccount(creditor, currency), amountMinor: -amountMinor },
          { account: partnerAccount(debtor, currency), amountMinor },
        ],
      },
    ]);
    assert(posted?.ok, 'a transfer between partners can be booked');
    await this.settlements.markPaid(tx, id, reference, caller.subject, this.clock.now());
    tx.afterCommit(() => transfersByState.inc({ state: 'paid' }));
    return present(await this.settlements.lockTransfer(tx, id), 'a transfer that was just paid is there');
  }
}
