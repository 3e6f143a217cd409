import { mulDiv } from '@florin/kernel';

/** What an operator sets for withdrawals of one merchant in one currency. Amounts in its minor units. */
export interface PayoutRules {
  minimum_minor: number;
  maximum_minor: number;
  fee_fixed_minor: number;
  fee_basis_points: number;
  /** Below this nobody has to look. */
  auto_approve_below_minor: number;
  /** From here on it takes two people. */
  second_approver_from_minor: number;
  /** From a beneficiary's beginning to its first use: whoever steals a login must not be faster than its owner. */
  cool_down_minutes: number;
  /** Only to beneficiaries that staff have verified. */
  verified_only: boolean;
  /** `HH:MM` in UTC; without any, a batch is gathered every minute. */
  batch_times: string[];
}

/** Until somebody sets others: small sums, a day to cool down, and a person who looks at each. */
export const defaultRules: PayoutRules = {
  minimum_minor: 1_000,
  maximum_minor: 1_000_000,
  fee_fixed_minor: 0,
  fee_basis_points: 0,
  auto_approve_below_minor: 0,
  second_approver_from_minor: 500_000,
  cool_down_minutes: 1_440,
  verified_only: false,
  batch_times: [],
};

/** The fee in minor units: the fixed part and the share, the share rounded half up. It is taken out of the amount. */
export function feeOf(rules: PayoutRules, amountMinor: number): number {
  return rules.fee_fixed_minor + mulDiv(amountMinor, rules.fee_basis_points, 10_000, 'half_up');
}

/** How many people have to approve the amount. */
export function approvalsFor(rules: PayoutRules, amountMinor: number): 0 | 1 | 2 {
  if (amountMinor < rules.auto_approve_below_minor) return 0;
  return amountMinor >= rules.second_approver_from_minor ? 2 : 1;
}

/**
 * What was approved up to this instant goes into the batch of now: the last batch time that has come, or now where there is
 * no fixed one.
 */
export function gathersUpTo(rules: PayoutRules, now: Date): Date {
  if (rules.batch_times.length === 0) return now;
  const today = now.toISOString().slice(0, 10);
  const times = rules.batch_times.map((time) => new Date(`${today}T${time}:00.000Z`).getTime());
  const dayMs = 86_400_000;
  const past = [...times, ...times.map((time) => time - dayMs)].filter((time) => time <= now.getTime());
  return new Date(Math.max(...past));
}
