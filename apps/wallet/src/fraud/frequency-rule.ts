import type { Features } from './features';
import type { FraudSettings } from './fraud-settings';
import { type RuleResult, resultOf } from './rule-result';
import { overLimit } from './statistics';

/** How often a member asks for charges: the more above the limit of a window, the stronger the sign. */
export function frequencyRule({ member }: Features, { frequency }: FraudSettings): RuleResult {
  const signs = frequency.limits.map(({ window, at_most }) => {
    const count = member.requests[window] + 1;
    return { code: 'frequency_above_limit', score: overLimit(count, at_most), facts: { window, count, at_most } };
  });
  // Windows hold one another: only the worst of them counts, or one burst would count three times.
  const worst = signs.reduce((most, sign) => (sign.score > most.score ? sign : most), {
    code: 'frequency_above_limit',
    score: 0,
    facts: { window: '', count: 0, at_most: 0 },
  });
  return resultOf('frequency', frequency.weight, [worst]);
}
