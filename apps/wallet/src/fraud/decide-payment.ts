import { addressRule, type KeyOf } from './address-rule';
import { amountRule } from './amount-rule';
import type { Features } from './features';
import type { FraudSettings } from './fraud-settings';
import { frequencyRule } from './frequency-rule';
import { geographyRule } from './geography-rule';
import { type LogisticModel, predict } from './logistic-regression';
import { vectorNames, vectorOf } from './model-vector';
import { type RuleResult, resultOf } from './rule-result';
import { clamp } from './statistics';
import { velocityRule } from './velocity-rule';

export type FraudOutcome = 'allow' | 'review' | 'deny';

/** A model in use. */
export interface ActiveModel {
  version: number;
  model: LogisticModel;
}

export interface Verdict {
  outcome: FraudOutcome;
  /** 0 to 100. */
  score: number;
  results: RuleResult[];
}

/** Grows when a rule comes to another score from the same features and settings; the one before stays beside it, for replay. */
export const currentRules = 1;

/** The rules by their version: a decision is taken again with those it was taken with. */
const ruleSets: Readonly<Record<number, (features: Features, settings: FraudSettings, keyOf: KeyOf) => RuleResult[]>> =
  {
    1: (features, settings, keyOf) => [
      frequencyRule(features, settings),
      amountRule(features, settings),
      geographyRule(features, settings),
      addressRule(features, settings, keyOf),
      velocityRule(features, settings),
    ],
  };

export interface Judges {
  settings: FraudSettings;
  model: ActiveModel | null;
  rules?: number;
}

/** Whether decisions that were taken with these rules can still be taken again. */
export const knowsRules = (version: number): boolean => version in ruleSets;

/**
 * Decides about a payment from its features alone: each rule adds its weight times how certain it is, and the sum, at most
 * 100, is compared with the two thresholds. The same input gives the same verdict, always.
 */
export function decidePayment(
  features: Features,
  { settings, model, rules = currentRules }: Judges,
  keyOf: KeyOf,
): Verdict {
  const results = ruleSets[rules]?.(features, settings, keyOf) ?? [];
  if (model && settings.model.weight > 0) results.push(modelResult(features, settings, model));
  const isDecided = results.some(({ reasons }) => reasons.some(({ decisive }) => decisive));
  const sum = results.reduce((total, { score, weight }) => total + score * weight, 0) / 100;
  const score = isDecided ? 100 : clamp(Math.round(sum));
  const outcome =
    isDecided || score >= settings.deny_from ? 'deny' : score >= settings.review_from ? 'review' : 'allow';
  return { outcome, score, results };
}

/** Contributions smaller than this explain nothing. */
const leastContribution = 0.05;

function modelResult(features: Features, settings: FraudSettings, { version, model }: ActiveModel): RuleResult {
  const { probability, contributions } = predict(model, vectorOf(features));
  const score = Math.round(100 * probability);
  const shown = contributions
    .map((value, index): [string, number] => [vectorNames[index] ?? '', Math.round(value * 1_000) / 1_000])
    .filter(([, value]) => Math.abs(value) >= leastContribution);
  const facts = { model_version: version, ...Object.fromEntries(shown) };
  return resultOf('model', settings.model.weight, [{ code: 'looks_like_fraud', score, facts }]);
}
