import type { Features } from './features';
import type { FraudSettings } from './fraud-settings';
import { type RuleResult, resultOf } from './rule-result';
import { overLimit } from './statistics';

/** How fast payment methods change hands: cards per member, members per card, and cards that fail one after the other. */
export function velocityRule({ member, card }: Features, { velocity }: FraudSettings): RuleResult {
  const { weight, window, cards_per_member, members_per_card, declines_in_row } = velocity;
  const cards = member.cards[window];
  const members = card?.members[window] ?? 0;
  const declines = Math.max(member.declinesInRow, card?.declinesInRow ?? 0);
  return resultOf('velocity', weight, [
    {
      code: 'many_cards_of_member',
      score: overLimit(cards, cards_per_member),
      facts: { window, cards, at_most: cards_per_member },
    },
    {
      code: 'many_members_on_card',
      score: overLimit(members, members_per_card),
      facts: { window, members, at_most: members_per_card },
    },
    {
      code: 'declines_in_row',
      score: overLimit(declines, declines_in_row),
      facts: { declines, at_most: declines_in_row },
    },
  ]);
}
