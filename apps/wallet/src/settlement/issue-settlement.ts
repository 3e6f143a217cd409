import type { Caller } from '@florin/access';
import { settlementIssued } from '@florin/contracts';
import { Transactions, type Tx } from '@florin/database';
import { type Answered, created, Idempotency, type IdempotentRequest } from '@florin/http';
import { type Clock, newId, Refusal } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { requireEnded } from '../liability/months';
import { transfersByState } from './metrics';
import { netTransfers } from './netting';
import type { IssueSettlementDto, SettlementDto } from './settlement.dto';
import { settlementOf } from './settlement-queries';
import { type Invoice, type OwedLine, SettlementsRepository, type Transfer } from './settlements.repository';

/** Whoever sees every merchant may settle between them. */
export function requireOperator({ merchants }: Caller): void {
  if (merchants !== '*')
    throw new Refusal('forbidden', 'operator_only', 'Only the operator of the house settles between merchants.');
}

/**
 * Settles a month and currency between everybody, once: takes in what is owed and not settled yet, writes an invoice per pair
 * and nets all of it to as few transfers as there have to be. Refuses a month that is not over (422), or settled (409).
 */
@Injectable()
export class IssueSettlement {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly settlements: SettlementsRepository,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  execute(caller: Caller, request: IdempotentRequest, input: IssueSettlementDto): Promise<Answered<SettlementDto>> {
    requireOperator(caller);
    requireEnded(input.period, this.clock.now());
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => created(await this.within(tx, caller, input))),
    );
  }

  private async within(tx: Tx, { subject }: Caller, { period, currency }: IssueSettlementDto): Promise<SettlementDto> {
    const [id, at] = [newId(), this.clock.now()];
    if (!(await this.settlements.begin(tx, id, period, currency, subject, at)))
      throw new Refusal(
        'conflict',
        'settlement_exists',
        `${period} is settled in ${currency}. What came later is settled with the next month.`,
      );
    const owed = await this.settlements.take(tx, id, period, currency);
    await this.settlements.insertInvoices(tx, id, currency, at, await this.invoices(tx, owed, at));
    const transfers: Transfer[] = netTransfers(owed).map((transfer) => ({ id: newId(), ...transfer }));
    await this.settlements.insertTransfers(tx, id, currency, transfers);
    tx.afterCommit(() => transfersByState.inc({ state: 'open' }, transfers.length));
    await this.outbox.add(tx, settlementIssued, id, {
      settlementId: id,
      period,
      currency,
      transfers: transfers.map(({ id: transferId, ...transfer }) => ({ transferId, ...transfer })),
      issuedAt: at.toISOString(),
    });
    return settlementOf(tx, id, null);
  }

  private async invoices(tx: Tx, owed: readonly OwedLine[], at: Date): Promise<Invoice[]> {
    const pairs = new Map<string, OwedLine[]>();
    for (const line of owed) {
      const pair = `${line.creditor} ${line.debtor}`;
      pairs.set(pair, [...(pairs.get(pair) ?? []), line]);
    }
    const byCreditor = new Map<string, OwedLine[][]>();
    for (const lines of [...pairs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)) {
      const creditor = lines[0]?.creditor ?? '';
      byCreditor.set(creditor, [...(byCreditor.get(creditor) ?? []), lines]);
    }
    const year = at.getUTCFullYear();
    const invoices: Invoice[] = [];
    for (const [creditor, pairsOf] of byCreditor) {
      const first = await this.settlements.takeNumbers(tx, creditor, year, pairsOf.length);
      pairsOf.forEach((lines, index) =>
        invoices.push({
          id: newId(),
          number: `${year}-${String(first + index).padStart(6, '0')}`,
          creditor,
          debtor: lines[0]?.debtor ?? '',
          totalMinor: lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
          lines,
        }),
      );
    }
    return invoices;
  }
}
