import type { Features, RecentAmount } from './features';
import type { FraudSettings } from './fraud-settings';
import { type Reason, type RuleResult, resultOf } from './rule-result';
import { clamp, robustExcess, type Spread } from './statistics';
import { windowSeconds } from './windows';

/** A round amount is common: it only adds to other signs. */
const roundScore = 15;

/** What amounts look like: far above the usual, round, kept just below a threshold, or many small ones in a row. */
export function amountRule(features: Features, settings: FraudSettings): RuleResult {
  const { amount } = settings;
  return resultOf('amount', amount.weight, [
    unusual('amount_unusual_for_member', features.amountMinor, features.member.amounts, amount),
    unusual('amount_unusual_for_merchant', features.amountMinor, features.merchant.amounts, amount),
    round(features, amount),
    belowThreshold(features, amount),
    cardTesting(features, amount),
  ]);
}

type AmountSettings = FraudSettings['amount'];

function unusual(code: string, amountMinor: number, spread: Spread, settings: AmountSettings): Reason {
  const excess = spread.count < settings.min_history ? 0 : robustExcess(amountMinor, spread);
  return {
    code,
    score: excess <= settings.most_excess ? 0 : clamp(Math.round((50 * excess) / settings.most_excess)),
    facts: {
      amount_minor: amountMinor,
      median_minor: spread.medianMinor,
      excess: Math.round(excess * 100) / 100,
      most_excess: settings.most_excess,
    },
  };
}

function round({ amountMinor }: Features, { round_to_minor }: AmountSettings): Reason {
  const isRound = round_to_minor > 0 && amountMinor % round_to_minor === 0;
  return {
    code: 'amount_round',
    score: isRound ? roundScore : 0,
    facts: { amount_minor: amountMinor, round_to_minor },
  };
}

/** Splitting one sum into several that each stay below a limit: structuring. */
function belowThreshold(features: Features, settings: AmountSettings): Reason {
  const { threshold_minor, threshold_within_bps } = settings;
  const least = threshold_minor - Math.floor((threshold_minor * threshold_within_bps) / 10_000);
  const isJustBelow = (amountMinor: number) => amountMinor >= least && amountMinor < threshold_minor;
  const count = threshold_minor > 0 ? pattern(features.amountMinor, features.member.recent, settings, isJustBelow) : 0;
  return {
    code: 'amounts_below_threshold',
    score: patternScore(count, settings),
    facts: { count, threshold_minor, window: settings.pattern_window },
  };
}

/** Many small charges by one member, or from one address under whatever names: somebody tries which cards work. */
function cardTesting(features: Features, settings: AmountSettings): Reason {
  const isSmall = (amountMinor: number) => amountMinor <= settings.small_minor;
  const count = Math.max(
    pattern(features.amountMinor, features.member.recent, settings, isSmall),
    pattern(features.amountMinor, features.address?.recent ?? [], settings, isSmall),
  );
  return {
    code: 'card_testing',
    score: patternScore(count, settings),
    facts: { count, small_minor: settings.small_minor, window: settings.pattern_window },
  };
}

/** How many amounts like this one there were within the window, this one included; none when this one is not like it. */
function pattern(
  amountMinor: number,
  recent: readonly RecentAmount[],
  { pattern_window }: AmountSettings,
  isLike: (amountMinor: number) => boolean,
): number {
  if (!isLike(amountMinor)) return 0;
  return 1 + recent.filter(([ago, amount]) => ago < windowSeconds[pattern_window] && isLike(amount)).length;
}

const patternScore = (count: number, { pattern_at_least }: AmountSettings): number =>
  count < pattern_at_least ? 0 : clamp(Math.round((60 * count) / Math.max(pattern_at_least, 1)));
