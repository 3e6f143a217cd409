import { allocate, assert, mulDiv } from '@florin/kernel';
import { type Program, tierNamed } from '../programs/program-rules';

/** A completed order as the rules see it. Amounts are in minor units of the program's currency. */
export interface EarningOrder {
  orderId: string;
  lines: { lineId: string; totalMinor: number; taxMinor: number }[];
}

/** What the rules need to know about the member at that moment. */
export interface EarningMember {
  tier: string;
  isFrozen: boolean;
  /** Points already earned on the order's day, in the program's time zone. */
  earnedToday: number;
}

/** One line of the receipt: what was done and what came out. */
export interface Step {
  step: 'eligible' | 'base' | 'tier' | 'round' | 'order_cap' | 'daily_cap' | 'refused';
  detail: string;
  /** Minor units for `eligible`, hundred-thousandths of a point for `base` and `tier`, whole points afterwards. */
  value: number;
}

export interface Earning {
  points: number;
  reason: string;
  steps: Step[];
  /** The points of each line; they sum to `points`. */
  lines: { lineId: string; totalMinor: number; points: number }[];
}

/** Points are computed in hundred-thousandths and floored once, at the end. */
const scale = 100_000;

/**
 * What an order earns: every unit spent at the base rate, times the tier's multiplier, floored once to whole points,
 * cut to the caps, and split over the lines by what they cost (largest remainder). Pure: the same input, the same receipt.
 */
export function earn(program: Program, member: EarningMember, order: EarningOrder): Earning {
  if (program.status !== 'active') return refused(order, 'program_suspended', 'The program is suspended.');
  if (member.isFrozen) return refused(order, 'member_frozen', 'The account is frozen.');
  const { earning } = program.rules;
  const weights = order.lines.map((line) => line.totalMinor - (earning.include_tax ? 0 : line.taxMinor));
  const eligible = weights.reduce((sum, weight) => sum + weight, 0);
  const base = mulDiv(mulDiv(eligible, earning.points, 1, 'floor'), scale, earning.per_minor, 'floor');
  const tier = tierNamed(program.rules, member.tier);
  const multiplied = mulDiv(base, tier.multiplier_bps, 10_000, 'floor');
  const whole = Math.floor(multiplied / scale);
  const steps: Step[] = [
    {
      step: 'eligible',
      detail: earning.include_tax ? 'what the lines cost, tax included' : 'what the lines cost without tax',
      value: eligible,
    },
    { step: 'base', detail: `${earning.points} points for every ${earning.per_minor} minor units`, value: base },
    { step: 'tier', detail: `${tier.name} earns ${tier.multiplier_bps / 10_000} times`, value: multiplied },
    { step: 'round', detail: 'down to whole points', value: whole },
  ];
  const points = capped(whole, earning, member, steps);
  const shares = points === 0 ? order.lines.map(() => 0) : allocate(points, weights);
  assert(
    shares.reduce((sum, share) => sum + share, 0) === points,
    'the points of the lines sum to the points of the order',
  );
  return {
    points,
    reason: points > 0 ? 'earned' : whole > 0 ? 'daily_cap_reached' : 'below_one_point',
    steps,
    lines: order.lines.map(({ lineId, totalMinor }, index) => ({ lineId, totalMinor, points: shares[index] ?? 0 })),
  };
}

function capped(whole: number, earning: Program['rules']['earning'], member: EarningMember, steps: Step[]): number {
  let points = whole;
  if (earning.max_per_order !== undefined && points > earning.max_per_order) {
    points = earning.max_per_order;
    steps.push({ step: 'order_cap', detail: `at most ${earning.max_per_order} points an order`, value: points });
  }
  if (earning.max_per_day !== undefined) {
    const left = Math.max(earning.max_per_day - member.earnedToday, 0);
    if (points > left) {
      points = left;
      steps.push({
        step: 'daily_cap',
        detail: `at most ${earning.max_per_day} points a day, ${member.earnedToday} earned before`,
        value: points,
      });
    }
  }
  return points;
}

function refused(order: EarningOrder, reason: string, detail: string): Earning {
  return {
    points: 0,
    reason,
    steps: [{ step: 'refused', detail, value: 0 }],
    lines: order.lines.map(({ lineId, totalMinor }) => ({ lineId, totalMinor, points: 0 })),
  };
}

/** The cashback of an order in minor units, rounded down; zero where the program gives none. */
export function cashbackOf(program: Program, totalMinor: number): number {
  return program.status === 'active' && program.rules.cashback
    ? mulDiv(totalMinor, program.rules.cashback.rate_bps, 10_000, 'floor')
    : 0;
}
