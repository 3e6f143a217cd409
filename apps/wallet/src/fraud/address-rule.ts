import { isPrivate, listOf } from './address-lists';
import type { Features } from './features';
import type { FraudSettings } from './fraud-settings';
import { type Reason, type RuleResult, resultOf } from './rule-result';
import { overLimit } from './statistics';

/** Behind a proxy anybody may be, honest people too. */
const proxyScore = 50;

/** Compares addresses with lists under the secret that their keys are made with. */
export type KeyOf = (address: string) => string;

/** Who else comes from this address: many members, many cards, or one that the merchant put on a list. */
export function addressRule(features: Features, { address: settings }: FraudSettings, keyOf: KeyOf): RuleResult {
  const { weight, denied, allowed, proxies } = settings;
  if (features.address === null || features.addressKey === null || features.addressPrefix === null)
    return resultOf('address', weight, []);
  const address = { key: features.addressKey, prefix: features.addressPrefix };
  const isOn = (list: readonly string[]) => list.length > 0 && listOf(list, keyOf).has(address);
  const facts = { network: address.prefix };
  if (isOn(denied)) return resultOf('address', weight, [{ code: 'address_denied', score: 100, facts, decisive: true }]);
  if (isOn(allowed)) return resultOf('address', weight, []);
  const signs: Reason[] = [{ code: 'address_of_proxy', score: isOn(proxies) ? proxyScore : 0, facts }];
  // Many people share a private address by its nature: that says nothing about any of them.
  if (!isPrivate(address)) signs.push(...crowd(features.address, settings));
  return resultOf('address', weight, signs);
}

function crowd(address: NonNullable<Features['address']>, settings: FraudSettings['address']): Reason[] {
  const { window, members_at_most, cards_at_most } = settings;
  const [members, cards] = [address.members[window], address.cards[window]];
  return [
    {
      code: 'many_members_at_address',
      score: overLimit(members, members_at_most),
      facts: { window, members, at_most: members_at_most },
    },
    {
      code: 'many_cards_at_address',
      score: overLimit(cards, cards_at_most),
      facts: { window, cards, at_most: cards_at_most },
    },
  ];
}
