import type { Tx } from '@florin/database';
import { backoffMs, present, secondMs } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { LearnedFrom } from '../payments/payment';
import type { RefundFact } from '../processors/card-processor';
import { BookRefunds } from './book-refunds';
import { isOpen, type RefundRow, RefundsRepository } from './refunds.repository';

export interface RefundHeard {
  refundId: string;
  /** Which asking it is about: what is said of an earlier one comes too late. */
  attempt: number;
  /** Nothing when the processor was silent. */
  fact?: RefundFact;
  learnedFrom: LearnedFrom;
  detail?: string;
}

/** Writes down what was learnt of refunds, by answer, query or webhook. A refund that ended stays there: one winner. */
@Injectable()
export class LearnRefunds {
  constructor(
    private readonly refunds: RefundsRepository,
    private readonly bookRefunds: BookRefunds,
  ) {}

  async within(tx: Tx, heard: readonly RefundHeard[]): Promise<void> {
    if (heard.length === 0) return;
    const last = new Map(heard.map((each) => [each.refundId, each]));
    const open = (await this.refunds.lock(tx, [...last.keys()])).filter(
      (refund) => isOpen(refund) && last.get(refund.id)?.attempt === refund.attempt,
    );
    const told = open.map((refund) => ({ refund, heard: present(last.get(refund.id), 'what was asked for is there') }));
    const of = (fact: RefundFact['fact'] | undefined) => told.filter((each) => each.heard.fact?.fact === fact);
    await this.bookRefunds.complete(
      tx,
      of('refunded').map(({ refund, heard: news }) => ({
        refund: { ...refund, providerReference: referenceOf(news.fact) ?? refund.providerReference },
        learnedFrom: news.learnedFrom,
      })),
    );
    await this.bookRefunds.fail(
      tx,
      of('refund_failed').map(({ refund, heard: news }) => ({
        refund: { ...refund, failureCode: codeOf(news.fact) },
        learnedFrom: news.learnedFrom,
      })),
    );
    await this.wait(tx, [
      // The processor never heard of it: asked again under the same key.
      ...of('absent').map(({ refund, heard: news }) => waiting(refund, news, 'requested', 'refund')),
      ...of('pending').map(({ refund, heard: news }) => waiting(refund, news, 'pending', 'query')),
      ...of(undefined).map(({ refund, heard: news }) => waiting(refund, news, 'unknown', 'query')),
    ]);
  }

  /** A webhook that tells of a refund that ended, or says again what is known, changes nothing. */
  fromWebhooks(tx: Tx, heard: readonly Omit<RefundHeard, 'learnedFrom'>[]): Promise<void> {
    const telling = heard.filter(({ fact }) => fact && fact.fact !== 'pending');
    return this.within(
      tx,
      telling.map((each) => ({ ...each, learnedFrom: 'webhook' })),
    );
  }

  private async wait(tx: Tx, changes: readonly Waiting[]): Promise<void> {
    await this.refunds.save(
      tx,
      changes.map(({ to }) => to),
    );
    await this.bookRefunds.note(
      tx,
      changes
        .filter(({ from, to }) => from.state !== to.state)
        .map(({ from, to, heard }) => ({
          refund: from,
          toState: to.state,
          learnedFrom: heard.learnedFrom,
          detail: heard.detail ?? null,
        })),
    );
  }
}

interface Waiting {
  from: RefundRow;
  to: RefundRow & { nextAt: Date };
  heard: RefundHeard;
}

function waiting(
  refund: RefundRow,
  heard: RefundHeard,
  state: RefundRow['state'],
  action: RefundRow['action'],
): Waiting {
  const waitMs = secondMs / 2 + backoffMs(refund.attempts, secondMs, 60 * secondMs);
  const providerReference = referenceOf(heard.fact) ?? refund.providerReference;
  // By the wall clock, as rows are claimed: a moved clock of the local run is not the processor's.
  const nextAt = new Date(Date.now() + waitMs);
  return {
    from: refund,
    to: { ...refund, state, action, providerReference, attempts: refund.attempts + 1, nextAt },
    heard,
  };
}

const referenceOf = (fact: RefundFact | undefined): string | null =>
  fact && 'reference' in fact ? fact.reference : null;
const codeOf = (fact: RefundFact | undefined): string => (fact && 'code' in fact ? fact.code : 'refund_failed');
