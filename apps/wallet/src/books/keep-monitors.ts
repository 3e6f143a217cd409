import type { Caller } from '@florin/access';
import { Reads, Transactions } from '@florin/database';
import {
  type Answered,
  created,
  decodeCursor,
  Idempotency,
  type IdempotentRequest,
  page,
  type Page,
  type PageQuery,
} from '@florin/http';
import { present, Refusal } from '@florin/kernel';
import { Ledger, type Monitor } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { MerchantAccountsRepository } from './merchant-accounts.repository';
import type { CrossingDto, MonitorDto, MonitorsQuery, WatchDto } from './monitor.dto';
import { MonitorsRepository } from './monitors.repository';

/** Watches balances of a merchant's accounts; `TellCrossings` says what they tell. */
@Injectable()
export class KeepMonitors {
  constructor(
    private readonly transactions: Transactions,
    private readonly reads: Reads,
    private readonly idempotency: Idempotency,
    private readonly ledger: Ledger,
    private readonly accounts: MerchantAccountsRepository,
    private readonly monitors: MonitorsRepository,
  ) {}

  /** The same monitor asked for again is the one that is there. Refuses with 422 `account_unknown`. */
  watch(caller: Caller, request: IdempotentRequest, input: WatchDto): Promise<Answered<MonitorDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        if (!(await this.accounts.one(tx, caller.merchantId, input.account)))
          throw Refusal.field('unprocessable', 'account', 'account_unknown', 'There is no such account.');
        const { account, measure, direction, threshold_minor: thresholdMinor } = input;
        const [monitor] = await this.ledger.watch(tx, [{ account, measure, direction, thresholdMinor }]);
        return created(shown(present(monitor, 'a monitor that was asked for is there')));
      }),
    );
  }

  /** Takes a monitor away; what it told stays on record. Refuses with 404 `monitor_not_found`. */
  async unwatch(merchantId: string, id: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      const [monitor] = await this.monitors.list(tx, merchantId, { id }, undefined, 1);
      if (!monitor) throw monitorNotFound();
      await this.ledger.unwatch(tx, [id]);
    });
  }

  /** Those that watch, the latest first. */
  async list(merchantId: string, query: MonitorsQuery): Promise<Page<MonitorDto>> {
    const before = decodeCursor(query.cursor, { id: 'id' });
    const rows = await this.monitors.list(
      this.reads,
      merchantId,
      { account: query.account },
      before?.id,
      query.limit + 1,
    );
    return page(rows, query.limit, ({ id }) => ({ id }));
  }

  /** What a monitor told, the latest first; also of one that was taken away. */
  async crossings(merchantId: string, id: string, query: PageQuery): Promise<Page<CrossingDto>> {
    const [monitor] = await this.monitors.list(this.reads, merchantId, { id }, undefined, 1);
    if (!monitor) throw monitorNotFound();
    const before = decodeCursor(query.cursor, { id: 'id' });
    const crossings = await this.ledger.crossings(
      this.reads,
      { monitorId: id, ...(before && { afterId: before.id }) },
      query.limit + 1,
    );
    const rows = crossings.map((crossing) => ({
      id: crossing.id,
      value_minor: crossing.valueMinor,
      result_id: crossing.resultId,
      crossed_at: crossing.crossedAt,
    }));
    return page(rows, query.limit, ({ id: crossingId }) => ({ id: crossingId }));
  }
}

function shown(monitor: Monitor): MonitorDto {
  return {
    id: monitor.id,
    account: monitor.account,
    asset: monitor.asset,
    measure: monitor.measure,
    direction: monitor.direction,
    threshold_minor: monitor.thresholdMinor,
    beyond: monitor.beyond,
    created_at: monitor.createdAt,
    removed_at: monitor.removedAt,
  };
}

function monitorNotFound(): Refusal {
  return new Refusal('not_found', 'monitor_not_found', 'There is no such monitor.');
}
