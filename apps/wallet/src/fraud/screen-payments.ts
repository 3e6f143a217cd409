import { fraudFlagged } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { sealed } from '@florin/http';
import { type Cause, type Clock, minuteMs, newId } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { AddressKeys } from './address-keys';
import { isCountry } from './country-places';
import { currentRules, decidePayment, type FraudOutcome, type Verdict } from './decide-payment';
import { type AskedPayment, type Features, featuresOf } from './features';
import { decisionSeconds, decisionsTotal, signsTotal } from './fraud-metrics';
import { defaultSettings, defaultVersion } from './fraud-settings';
import { vectorVersion } from './model-vector';
import { PastOfSet } from './past-of-set';
import type { PaymentRisk } from './payment-risk';
import { type NewDecision, ScreeningRepository, type SettingsAndModel } from './screening.repository';

/** A charge that nobody was asked for yet. */
export interface PaymentToScreen {
  id: string;
  purpose: string;
  merchantId: string;
  memberId: string;
  orderId: string | null;
  currency: string;
  amountMinor: number;
  cause: Cause | null;
  risk?: PaymentRisk;
}

interface Asked extends AskedPayment {
  deviceKey: string | undefined;
  payment: PaymentToScreen;
}

/**
 * Decides about a set of charges before anybody is asked for them, in the transaction that requests them, and writes down
 * why: two statements for any number. What stops a payment is told to staff; the buyer hears the same words for all.
 */
@Injectable()
export class ScreenPayments {
  constructor(
    private readonly screening: ScreeningRepository,
    private readonly addressKeys: AddressKeys,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Gives the outcome by payment id. Takes payments that were not decided about before. */
  async within(tx: Tx, payments: readonly PaymentToScreen[]): Promise<Map<string, FraudOutcome>> {
    if (payments.length === 0) return new Map();
    const started = performance.now();
    const now = this.clock.now();
    const asked = payments.map((payment) => this.asked(payment));
    const past = new PastOfSet(asked.map((each) => ({ ...each, merchantId: each.payment.merchantId })));
    const merchantIds = [...new Set(payments.map(({ merchantId }) => merchantId))];
    const found = await this.screening.read(tx, past.keys, merchantIds, now, vectorVersion);
    past.take(found.past);
    const decisions = asked.map((each): NewDecision => {
      const row = found.judges.get(each.payment.merchantId);
      const judges: SettingsAndModel = {
        settingsVersion: row?.settingsVersion ?? defaultVersion,
        settings: row?.settings ?? defaultSettings,
        model: row?.model && row.modelVersion !== null ? { version: row.modelVersion, model: row.model } : null,
      };
      const features = featuresOf(each, past.before({ ...each, merchantId: each.payment.merchantId }));
      const verdict = decidePayment(features, judges, this.addressKeys.keyOf);
      return decisionOf(each, features, judges, verdict, now);
    });
    // A set is decided together: each of its decisions took an equal part of the time.
    const latencyUs = Math.round(((performance.now() - started) * 1_000) / decisions.length);
    const written = decisions.map((decision) => ({ ...decision, latencyUs }));
    await Promise.all([this.screening.write(tx, written), this.tell(tx, written, payments)]);
    tx.afterCommit(() => count(written, (performance.now() - started) / 1_000));
    return new Map(decisions.map(({ paymentId, outcome }) => [paymentId, outcome]));
  }

  /** Keeps in mind that cards would not pay: several in a row are a sign. */
  async noteDeclines(tx: Tx, paymentIds: readonly string[]): Promise<void> {
    if (paymentIds.length > 0) await this.screening.noteDeclines(tx, paymentIds);
  }

  /** Takes payments out of the queue of reviews that nobody wants any more. */
  async withdraw(tx: Tx, paymentIds: readonly string[]): Promise<void> {
    if (paymentIds.length > 0) await this.screening.withdraw(tx, paymentIds, this.clock.now());
  }

  private asked(payment: PaymentToScreen): Asked {
    const { memberId, amountMinor, currency } = payment;
    const { origin, ...known } = payment.risk ?? {};
    const risk: PaymentRisk = origin ? { ...known, ...this.addressKeys.seal(origin) } : known;
    return {
      payment,
      memberId,
      amountMinor,
      currency,
      deviceKey: risk.deviceKey,
      addressKey: risk.addressKey,
      addressPrefix: risk.addressPrefix,
      country: isCountry(risk.country) ? risk.country : undefined,
      cardKey: risk.cardFingerprint && sealed(`card:${risk.cardFingerprint}`, this.addressKeys.secret),
      cardCountry: isCountry(risk.cardCountry) ? risk.cardCountry : undefined,
    };
  }

  private async tell(tx: Tx, decisions: readonly NewDecision[], payments: readonly PaymentToScreen[]): Promise<void> {
    const causes = new Map(payments.map(({ id, cause }) => [id, cause ?? undefined]));
    await this.outbox.addAll(
      tx,
      fraudFlagged,
      decisions
        .filter(({ outcome }) => outcome !== 'allow')
        .map(({ id, paymentId, merchantId, memberId, orderId, outcome, score, reasons }) => ({
          subject: paymentId,
          cause: causes.get(paymentId),
          data: {
            decisionId: id,
            paymentId,
            merchantId,
            memberId,
            orderId: orderId ?? undefined,
            outcome: outcome === 'review' ? ('review' as const) : ('deny' as const),
            score,
            reasons: reasons.map((code) => ({ code })),
          },
        })),
    );
  }
}

function decisionOf(
  { payment, ...asked }: Asked,
  features: Features,
  { settingsVersion, settings, model }: SettingsAndModel,
  { outcome, score, results }: Verdict,
  now: Date,
): NewDecision {
  const isReviewed = outcome === 'review';
  const latest = new Date(now.getTime() + settings.review_minutes * minuteMs);
  const { reviewUntil } = payment.risk ?? {};
  return {
    id: newId(),
    reviewId: isReviewed ? newId() : null,
    paymentId: payment.id,
    merchantId: payment.merchantId,
    memberId: payment.memberId,
    purpose: payment.purpose,
    orderId: payment.orderId,
    currency: payment.currency,
    amountMinor: payment.amountMinor,
    addressKey: asked.addressKey ?? null,
    deviceKey: asked.deviceKey ?? null,
    country: asked.country ?? null,
    cardKey: asked.cardKey ?? null,
    features,
    rulesVersion: currentRules,
    settingsVersion,
    modelVersion: model?.version ?? null,
    results,
    reasons: results.flatMap(({ reasons }) => reasons.map(({ code }) => code)),
    score,
    reviewFrom: settings.review_from,
    denyFrom: settings.deny_from,
    outcome,
    latencyUs: 0,
    decidedAt: now,
    reviewUntil: isReviewed ? (reviewUntil && reviewUntil < latest ? reviewUntil : latest) : null,
    onExpiry: isReviewed ? settings.on_expiry : null,
  };
}

function count(decisions: readonly NewDecision[], seconds: number): void {
  decisionSeconds.observe(seconds);
  for (const { outcome, results } of decisions) {
    decisionsTotal.inc({ outcome });
    for (const { rule, score } of results) if (score > 0) signsTotal.inc({ rule, outcome });
  }
}
