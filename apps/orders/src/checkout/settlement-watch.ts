import { Injectable } from '@nestjs/common';
import type { Tx } from '@florin/database';
import { newId } from '@florin/kernel';
import type { CheckoutRow } from './checkouts.repository';

/** How an order's checkout ended. */
export interface Settlement {
  orderId: string;
  status: 'completed' | 'cancelled';
  reasonCode: string | null;
  reason: string | null;
}

/** The channel on which an end is announced to the process where somebody waits for it. */
export const settlementChannel = 'order_settled';
/** NOTIFY carries 8,000 bytes at the most; a settlement with a reason of this length, escaped, takes below 2,500. */
const perNotice = 3;
const longestReason = 300;
/** Ends that came before somebody began to wait: a shopper's request needs a moment between commit and waiting. */
const remembered = 4_096;

/** Lets requests wait for the end of a checkout without asking the database: whoever ends it tells them. */
@Injectable()
export class SettlementWatch {
  /** Names this process, so that only ends that somebody waits for elsewhere travel through the database. */
  readonly processId = newId();
  private readonly waiting = new Map<string, (settlement: Settlement | undefined) => void>();
  private readonly recent = new Map<string, Settlement>();

  /** Resolves when the order's checkout ends, or with undefined after the time. */
  wait(orderId: string, milliseconds: number): Promise<Settlement | undefined> {
    const known = this.recent.get(orderId);
    if (known) return Promise.resolve(known);
    return new Promise((resolve) => {
      const earlier = this.waiting.get(orderId);
      const finish = (settlement: Settlement | undefined) => {
        clearTimeout(timer);
        if (this.waiting.get(orderId) === finish) this.waiting.delete(orderId);
        earlier?.(settlement);
        resolve(settlement);
      };
      const timer = setTimeout(() => finish(undefined), milliseconds);
      this.waiting.set(orderId, finish);
    });
  }

  /** Tells whoever waits, here or in another process, once the transaction is durable. */
  async announce(tx: Tx, checkouts: readonly CheckoutRow[]): Promise<void> {
    const awaited = checkouts.filter((checkout) => checkout.awaited_by !== null);
    if (awaited.length === 0) return;
    const here = awaited.filter((checkout) => checkout.awaited_by === this.processId).map(settlementOf);
    const elsewhere = awaited.filter((checkout) => checkout.awaited_by !== this.processId).map(settlementOf);
    if (here.length > 0) tx.afterCommit(() => this.settled(here));
    const notices: string[] = [];
    for (let from = 0; from < elsewhere.length; from += perNotice)
      notices.push(JSON.stringify(elsewhere.slice(from, from + perNotice)));
    if (notices.length > 0)
      await tx.query('SELECT pg_notify($1, notice) FROM unnest($2::text[]) AS notice', [settlementChannel, notices]);
  }

  /** Checkouts that have ended. */
  settled(settlements: readonly Settlement[]): void {
    for (const settlement of settlements) {
      this.recent.set(settlement.orderId, settlement);
      this.waiting.get(settlement.orderId)?.(settlement);
    }
    for (const oldest of this.recent.keys()) {
      if (this.recent.size <= remembered) break;
      this.recent.delete(oldest);
    }
  }

  /** Lets everybody go without an answer: the process is about to end. */
  giveUp(): void {
    for (const finish of [...this.waiting.values()]) finish(undefined);
  }
}

function settlementOf(checkout: CheckoutRow): Settlement {
  return {
    orderId: checkout.order_id,
    status: checkout.state === 'completed' ? 'completed' : 'cancelled',
    reasonCode: checkout.reason_code,
    reason: checkout.reason?.slice(0, longestReason) ?? null,
  };
}
