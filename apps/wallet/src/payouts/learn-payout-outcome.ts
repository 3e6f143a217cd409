import type { Tx } from '@florin/database';
import { backoffMs, secondMs } from '@florin/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { PAYOUT_PROVIDER, type PayoutProvider } from '../payout-providers/payout-provider';
import { MoveWithdrawals } from '../withdrawals/move-withdrawals';
import type { Move, Withdrawal } from '../withdrawals/withdrawal';
import {
  after,
  isDoubtful,
  type LearnedFrom,
  type PayoutAction,
  type PayoutFact,
} from '../withdrawals/withdrawal-states';
import { PayoutsRepository } from './payouts.repository';

export interface HeardOfPayout {
  withdrawalId: string;
  /** Nothing when the provider was silent. */
  fact?: PayoutFact | undefined;
  /** What it was silent on. */
  silentOn?: PayoutAction | undefined;
  learnedFrom: LearnedFrom;
  /** What was said, by its name: the webhook, the statement line. An answer is named by what it says. */
  evidence?: string | undefined;
  detail?: string | undefined;
}

/** A line of a bank statement that was matched to a payout: it went out, did not go out, or came back. */
export interface StatementLine {
  /** The withdrawal's id (what we sent as reference), or the provider's. */
  reference: string;
  fact: 'paid' | 'failed' | 'returned';
  /** The line, as evidence. */
  lineId: string;
}

const firstRetryMs = secondMs;
/** The unknown is asked after as long as it takes, and what is under way may take days. */
const longestRetryMs = 15 * 60 * secondMs;

/** Writes down what was learnt of payouts, wherever it was learnt. One winner per payout. */
@Injectable()
export class LearnPayoutOutcome {
  constructor(
    private readonly moveWithdrawals: MoveWithdrawals,
    private readonly payouts: PayoutsRepository,
    @Inject(PAYOUT_PROVIDER) private readonly provider: PayoutProvider,
  ) {}

  /** Takes any number of news about any number of payouts; those about the same one count in the order given. */
  async within(tx: Tx, heard: readonly HeardOfPayout[]): Promise<void> {
    for (let rest = heard; rest.length > 0;) {
      const firsts = new Map([...rest].reverse().map((each) => [each.withdrawalId, each]));
      await this.learn(tx, firsts);
      rest = rest.filter((each) => firsts.get(each.withdrawalId) !== each);
    }
  }

  /**
   * What a bank statement says, which is believed. Gives the withdrawal of each line, in order; undefined where there is
   * none. A line that says nothing new changes nothing, so statements may be read twice.
   */
  async fromStatement(tx: Tx, lines: readonly StatementLine[]): Promise<(string | undefined)[]> {
    const ids = await this.payouts.named(
      tx,
      this.provider.name,
      lines.map(({ reference }) => reference),
    );
    const withdrawals = lines.map(({ reference }) => ids.get(reference));
    await this.within(
      tx,
      lines.flatMap(({ fact, lineId }, index) => {
        const withdrawalId = withdrawals[index];
        if (withdrawalId === undefined) return [];
        const said: PayoutFact = fact === 'paid' ? { fact } : { fact, code: `bank_says_${fact}` };
        return [{ withdrawalId, fact: said, learnedFrom: 'statement' as const, evidence: `line:${lineId}` }];
      }),
    );
    return withdrawals;
  }

  private async learn(tx: Tx, byId: ReadonlyMap<string, HeardOfPayout>): Promise<void> {
    const before = await this.moveWithdrawals.lock(tx, [...byId.keys()]);
    const moves = before.flatMap((withdrawal) => {
      const news = byId.get(withdrawal.id);
      return news ? this.moveOf(withdrawal, news) : [];
    });
    await this.moveWithdrawals.write(tx, moves);
  }

  private moveOf(from: Withdrawal, news: HeardOfPayout): Move[] {
    // A webhook may have told it while we waited: then the silence means nothing.
    if (news.silentOn === 'submit' && from.state !== 'held') return [];
    const said = {
      fact: news.fact?.fact ?? ('silence' as const),
      learnedFrom: news.learnedFrom,
      isKeyAlive: this.isKeyAlive(from),
    };
    const { state, action } = after(from, said);
    const isDoubt = isDoubtful(from, said);
    const isMoved = state !== from.state;
    const isOurQuestion =
      news.learnedFrom === 'answer' || news.learnedFrom === 'query' || news.learnedFrom === 'silence';
    // News that change nothing must not take the lease from whoever is just asking.
    if (!isMoved && !isDoubt && !isOurQuestion) return [];
    const to: Withdrawal = {
      ...from,
      state,
      action,
      providerReference: from.providerReference ?? referenceIn(news.fact) ?? null,
      failureCode: news.fact && 'code' in news.fact && isMoved ? news.fact.code : from.failureCode,
      // What others say is no attempt of ours: a talkative provider must not make us wait longer.
      attempts: isDoubt ? from.attempts : isMoved && state !== 'unknown' ? 0 : from.attempts + 1,
    };
    const { learnedFrom, detail } = news;
    const why = { learnedFrom, detail, evidence: news.evidence ?? evidenceIn(news.fact) };
    return [{ from, to, why, nextAt: isDoubt ? new Date() : this.nextAt(to) }];
  }

  /** Whether the provider still knows the intent's key. By the wall clock, which is the provider's. */
  isKeyAlive({ firstAskedAt }: Withdrawal): boolean {
    return firstAskedAt === null || Date.now() - firstAskedAt.getTime() < this.provider.keyLifetimeMs;
  }

  /** The unknown, the repeated and what is under way wait longer each time. By the wall clock, as rows are claimed. */
  private nextAt({ state, attempts }: Withdrawal): Date {
    const waits = state === 'unknown' || state === 'submitted' || attempts > 0;
    return new Date(Date.now() + (waits ? firstRetryMs / 2 + backoffMs(attempts, firstRetryMs, longestRetryMs) : 0));
  }
}

const referenceIn = (fact: PayoutFact | undefined): string | undefined =>
  fact && 'reference' in fact ? fact.reference : undefined;

/** What an answer is called in the audit: what it said, and of which payout of the provider's. */
function evidenceIn(fact: PayoutFact | undefined): string | undefined {
  if (!fact) return undefined;
  const reference = referenceIn(fact);
  return reference === undefined ? `provider:${fact.fact}` : `provider:${reference}:${fact.fact}`;
}
