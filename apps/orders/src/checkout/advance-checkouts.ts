import { Injectable } from '@nestjs/common';
import type { Tx } from '@florin/database';
import type { Cause } from '@florin/kernel';
import { PoisonMessage } from '@florin/messaging';
import { AskKeepers, type Ask } from './ask-keepers';
import { advance, isSettled, type CheckoutState, type Fact } from './checkout-plan';
import { CheckoutTimes } from './checkout-times';
import { CheckoutsRepository, type CheckoutRow } from './checkouts.repository';
import { EndCheckouts, type Ending } from './end-checkouts';

/** Something that has become known about a checkout. */
export interface CheckoutFact {
  checkoutId: string;
  fact: Fact;
  /** Who or what says so, for the order's history. */
  actor: string;
  /** Why, where the fact may end the checkout. */
  reasonCode?: string;
  reason?: string;
  cause?: Cause | undefined;
}

/** Moves checkouts along the plan: locks them, takes in the facts in order, and says and writes what follows, as one set. */
@Injectable()
export class AdvanceCheckouts {
  constructor(
    private readonly checkouts: CheckoutsRepository,
    private readonly keepers: AskKeepers,
    private readonly endings: EndCheckouts,
    private readonly times: CheckoutTimes,
  ) {}

  /**
   * Takes any number of facts about any number of checkouts, with a constant number of statements, and gives the state of
   * each checkout afterwards. A fact about a checkout that does not exist is poison: it belongs to another database.
   */
  async execute(tx: Tx, facts: readonly CheckoutFact[]): Promise<Map<string, CheckoutState>> {
    const rows = await this.checkouts.lock(tx, [...new Set(facts.map((fact) => fact.checkoutId))]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    const changed = new Set<CheckoutRow>();
    const asks: Ask[] = [];
    const endings: Ending[] = [];
    for (const fact of facts) {
      const row = byId.get(fact.checkoutId);
      if (!row) throw new PoisonMessage('unknown_checkout', `there is no checkout ${fact.checkoutId}`);
      const { saga, commands } = advance({ state: row.state, stock: row.stock, payment: row.payment }, fact.fact);
      const ended = saga.state !== row.state && isSettled(saga.state);
      if (saga.state !== row.state || saga.stock !== row.stock || saga.payment !== row.payment) changed.add(row);
      Object.assign(row, saga);
      if (ended) {
        row.reason_code = saga.state === 'cancelled' ? (fact.reasonCode ?? 'cancelled') : null;
        row.reason = saga.state === 'cancelled' ? (fact.reason ?? 'The checkout was cancelled.') : null;
        endings.push({ checkout: row, actor: fact.actor, cause: fact.cause });
      }
      for (const { part, command } of commands) asks.push({ checkout: row, part, command, cause: fact.cause });
    }
    if (changed.size > 0) {
      const now = this.times.now();
      await Promise.all([this.checkouts.update(tx, [...changed], now), this.endings.execute(tx, endings, now)]);
    }
    await this.keepers.execute(tx, asks);
    return new Map(rows.map((row) => [row.id, row.state]));
  }
}
