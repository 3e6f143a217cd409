import type { Tx } from '@florin/database';
import { backoffMs, newId, secondMs } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { ScreenPayments } from '../fraud/screen-payments';
import { capturesByState, paymentsByState } from '../metrics';
import type { ChargeFact } from '../processors/card-processor';
import { CapturesRepository, type EndedCapture } from './captures.repository';
import type { Capture, CapturedPart, LearnedFrom, Payment } from './payment';
import { PaymentOutcomes } from './payment-outcomes';
import { after, afterSilence, isAwaited, isFinal, type PaymentAction, type PaymentStep } from './payment-states';
import { type PaymentChange, PaymentsRepository } from './payments.repository';

export interface Heard {
  paymentId: string;
  /** Nothing when the processor was silent. */
  fact?: ChargeFact;
  /** What it was silent on. */
  silentOn?: PaymentAction;
  learnedFrom: LearnedFrom;
  detail?: string;
}

/** What a payment becomes, and its parts with it. */
interface Move {
  from: Payment;
  to: Payment;
  heard: Heard;
  isMoved: boolean;
  ended: EndedCapture[];
  taken: (CapturedPart & { providerReference: string | null })[];
}

const firstRetryMs = secondMs;
const longestRetryMs = 60 * secondMs;

/** Writes down what was learnt of payments, wherever it was learnt, and goes on with what they were for. One winner per payment. */
@Injectable()
export class LearnOutcomes {
  constructor(
    private readonly payments: PaymentsRepository,
    private readonly captures: CapturesRepository,
    private readonly outcomes: PaymentOutcomes,
    private readonly screenPayments: ScreenPayments,
  ) {}

  /** Takes any number of news about any number of payments; those about the same one count in the order given. */
  async within(tx: Tx, heard: readonly Heard[]): Promise<void> {
    for (let rest = heard; rest.length > 0;) {
      const firsts = new Map([...rest].reverse().map((each) => [each.paymentId, each]));
      await this.learn(tx, firsts);
      rest = rest.filter((each) => firsts.get(each.paymentId) !== each);
    }
  }

  /** What a webhook tells is mostly known already: that is seen without waiting for whoever is just writing it down. */
  async fromWebhooks(tx: Tx, heard: readonly Heard[]): Promise<void> {
    if (heard.length === 0) return;
    const payments = await this.payments.read(
      tx,
      heard.map(({ paymentId }) => paymentId),
    );
    const byId = new Map(payments.map((payment) => [payment.id, payment]));
    const looks = heard.flatMap(({ fact }) => (fact?.fact === 'look' ? [fact.capture] : []));
    const known = looks.length > 0 ? await this.captures.known(tx, looks) : new Set();
    await this.within(
      tx,
      heard.filter(({ paymentId, fact }) => {
        const payment = byId.get(paymentId);
        if (!payment || !fact) return false;
        if (fact.fact === 'look') return !known.has(fact.capture);
        // With parts in the queue it takes the lock to know.
        if (payment.capturingMinor > 0) return true;
        return tellsNews(payment, after({ ...payment, queue: [] }, fact));
      }),
    );
  }

  private async learn(tx: Tx, byPayment: ReadonlyMap<string, Heard>): Promise<void> {
    const before = await this.payments.lock(tx, [...byPayment.keys()]);
    const capturing = before.filter(({ capturingMinor }) => capturingMinor > 0).map(({ id }) => id);
    const requested = capturing.length > 0 ? await this.captures.requested(tx, capturing) : [];
    const moves = before.flatMap((payment) => {
      const heard = byPayment.get(payment.id);
      const queue = requested.filter(({ paymentId }) => paymentId === payment.id);
      return heard ? (moveOf(payment, queue, heard) ?? []) : [];
    });
    const moved = moves.filter(({ isMoved }) => isMoved);
    const known = moved.map(({ to }) => to).filter(({ state }) => !onTheWay.has(state));
    const declined = moved.filter(({ to, heard }) => to.state === 'declined' && heard.learnedFrom !== 'request');
    const ended = moves.flatMap((move) => move.ended);
    const taken = moves.flatMap((move) => move.taken);
    await Promise.all([
      this.payments.save(
        tx,
        moves.map(({ to }): PaymentChange => ({ payment: to, nextAt: this.nextAt(to) })),
      ),
      this.payments.insertSteps(tx, moved.map(stepOf)),
      this.captures.end(tx, ended),
      this.captures.insertTaken(tx, taken),
      this.screenPayments.noteDeclines(
        tx,
        declined.map(({ to }) => to.id),
      ),
      this.outcomes.tell(tx, known, partsOf(requested, ended, taken)),
    ]);
    for (const { from, to } of moved) {
      if (from.state !== to.state) paymentsByState.inc({ state: to.state });
    }
    for (const move of moves) count(move);
  }

  /**
   * What is known goes on at once; the unknown and the repeated wait longer each time. By the wall clock, as rows are
   * claimed: a moved clock of the local run would keep the processor from being asked for as long.
   */
  private nextAt({ attempts }: Payment): Date {
    const waitMs = attempts > 0 ? firstRetryMs / 2 + backoffMs(attempts, firstRetryMs, longestRetryMs) : 0;
    return new Date(Date.now() + waitMs);
  }
}

/** States that are nothing yet for whatever the payment is for. */
const onTheWay: ReadonlySet<Payment['state']> = new Set(['unknown', 'pending', 'requested']);

/** Nobody knows yet: asked again after a while. */
const waits: ReadonlySet<Payment['state']> = new Set(['unknown', 'pending']);

const tellsNews = (payment: Payment, step: PaymentStep): boolean =>
  step.state !== payment.state || step.capturedMinor !== payment.capturedMinor || step.part !== undefined;

function moveOf(payment: Payment, queue: readonly Capture[], heard: Heard): Move | undefined {
  if (heard.silentOn && !isAwaited(payment.state, heard.silentOn)) return undefined;
  const isLook = heard.fact?.fact === 'look';
  // Whoever is asking already gets to know it.
  if (isLook && payment.action !== null && payment.action !== 'query') return undefined;
  const standing = { ...payment, queue: queue.map(({ amountMinor }) => amountMinor) };
  const step = heard.fact ? after(standing, heard.fact) : afterSilence(standing);
  const isMoved = tellsNews(payment, step);
  // A webhook that tells nothing new must not take the lease from whoever is just asking.
  if (!isMoved && heard.learnedFrom === 'webhook' && !(isLook && step.action === 'query')) return undefined;
  const ended = endedParts(payment, queue, step, heard.fact);
  const endedMinor = sumOf(queue.filter(({ id }) => ended.some((part) => part.id === id)));
  const takenMinor = sumOf(queue.filter(({ id }) => ended.some((part) => part.id === id && part.state === 'captured')));
  const unasked = step.capturedMinor - payment.capturedMinor - takenMinor;
  const to = changed(payment, heard, step, isMoved);
  return {
    from: payment,
    to: { ...to, capturingMinor: payment.capturingMinor - endedMinor },
    heard,
    isMoved,
    ended,
    taken:
      unasked > 0
        ? [{ id: newId(), paymentId: payment.id, amountMinor: unasked, providerReference: captureIn(heard.fact) }]
        : [],
  };
}

/** The part that was asked for as it ended; and those that no longer fit, or that a payment at its end can no longer take. */
function endedParts(
  payment: Payment,
  queue: readonly Capture[],
  step: PaymentStep,
  fact: ChargeFact | undefined,
): EndedCapture[] {
  const failed = (id: string, failureCode: string): EndedCapture => ({
    id,
    state: 'failed',
    providerReference: null,
    failureCode,
  });
  const [first, ...others] = queue;
  const ended: EndedCapture[] = [];
  if (first && step.part === 'captured')
    ended.push({ id: first.id, state: 'captured', providerReference: captureIn(fact), failureCode: null });
  if (first && step.part === 'failed')
    ended.push(failed(first.id, fact && 'code' in fact ? fact.code : 'capture_failed'));
  let roomMinor = payment.amountMinor - step.capturedMinor;
  for (const part of step.part ? others : queue) {
    if (isFinal(step.state)) ended.push(failed(part.id, 'payment_is_over'));
    else if (part.amountMinor > roomMinor) ended.push(failed(part.id, 'capture_exceeds_authorisation'));
    else roomMinor -= part.amountMinor;
  }
  return ended;
}

function changed(payment: Payment, { fact }: Heard, step: PaymentStep, isMoved: boolean): Payment {
  return {
    ...payment,
    state: step.state,
    action: step.action,
    capturedMinor: step.capturedMinor,
    providerReference: (fact && 'reference' in fact ? fact.reference : undefined) ?? payment.providerReference,
    providerAuthorisation:
      (fact?.fact === 'authorised' ? fact.authorisation : undefined) ?? payment.providerAuthorisation,
    declineCode: fact && 'code' in fact && isMoved ? fact.code : payment.declineCode,
    // What a webhook hints at is asked for at once.
    attempts: fact?.fact === 'look' || (isMoved && !waits.has(step.state)) ? 0 : payment.attempts + 1,
  };
}

function stepOf({ from, to, heard }: Move) {
  return {
    paymentId: to.id,
    fromState: from.state,
    toState: to.state,
    learnedFrom: heard.learnedFrom,
    detail: (heard.fact && 'code' in heard.fact ? heard.fact.code : undefined) ?? heard.detail ?? null,
    actor: heard.learnedFrom === 'silence' || heard.learnedFrom === 'request' ? 'wallet' : to.processor,
    before: from.capturedMinor,
    after: to.capturedMinor,
  };
}

/** What was just taken, whether it was asked for in parts or not. */
function partsOf(
  requested: readonly Capture[],
  ended: readonly EndedCapture[],
  taken: readonly CapturedPart[],
): CapturedPart[] {
  const captured = new Set(ended.filter(({ state }) => state === 'captured').map(({ id }) => id));
  return [...requested.filter(({ id }) => captured.has(id)), ...taken].map(({ id, paymentId, amountMinor }) => ({
    id,
    paymentId,
    amountMinor,
  }));
}

function count({ to, ended, taken }: Move): void {
  for (const { state } of ended) capturesByState.inc({ processor: to.processor, state });
  if (taken.length > 0) capturesByState.inc({ processor: to.processor, state: 'captured' }, taken.length);
}

const sumOf = (parts: readonly { amountMinor: number }[]): number =>
  parts.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
const captureIn = (fact: ChargeFact | undefined): string | null =>
  fact?.fact === 'captured' ? (fact.capture ?? fact.reference) : null;
