/** What a member does with a wallet. Credits are `topup` and `receive`; the others take money out. */
export const operations = ['topup', 'receive', 'spend', 'transfer', 'withdraw', 'exchange'] as const;
export type Operation = (typeof operations)[number];

/** Most that one kind of movement may be, in minor units; what is absent or null is not limited. */
export interface FlowLimits {
  per_transaction_minor?: number | null;
  per_day_minor?: number | null;
  per_month_minor?: number | null;
}

/** What a merchant allows in one currency, for everybody or for one member. */
export interface LimitRules {
  max_balance_minor?: number | null;
  topup?: FlowLimits;
  spend?: FlowLimits;
  transfer?: FlowLimits;
  withdraw?: FlowLimits;
  exchange?: FlowLimits;
  /** In whose days and months is counted; UTC unless said. A member's own rules do not change it. */
  time_zone?: string;
}

export type FreezeScope = 'debits' | 'all';

export interface LimitNo {
  code: string;
  reason: string;
}

const flows = ['topup', 'spend', 'transfer', 'withdraw', 'exchange'] as const;

export const isCredit = (operation: Operation): boolean => operation === 'topup' || operation === 'receive';

/** A member's own rules win field by field over those for everybody; null there takes a limit away. */
export function effectiveRules(everybody: LimitRules | null, own: LimitRules | null): LimitRules {
  if (!own) return everybody ?? {};
  const merged: LimitRules = { ...everybody, ...own, time_zone: everybody?.time_zone ?? own.time_zone };
  for (const flow of flows) merged[flow] = { ...everybody?.[flow], ...own[flow] };
  return merged;
}

/** A frozen wallet gives nothing; one that is frozen altogether takes nothing either. */
export function freezeNo(scope: FreezeScope | null, operation: Operation): LimitNo | undefined {
  if (scope === null || (scope === 'debits' && isCredit(operation))) return undefined;
  return { code: 'wallet_frozen', reason: 'This wallet is frozen.' };
}

export function limitsOf(rules: LimitRules, operation: Operation): FlowLimits {
  return operation === 'receive' ? {} : (rules[operation] ?? {});
}

/** What was used before this movement: in its day and month, and for a credit what is in the wallet or on its way into it. */
export interface Used {
  day: number;
  month: number;
  balance: number;
}

/** Why the rules do not allow the movement, or nothing. */
export function limitNo(rules: LimitRules, operation: Operation, amountMinor: number, used: Used): LimitNo | undefined {
  const limits = limitsOf(rules, operation);
  const passes = (limit: number | null | undefined, before: number): boolean =>
    limit != null && before + amountMinor > limit;
  if (passes(limits.per_transaction_minor, 0))
    return { code: 'limit_per_transaction', reason: `That is more than one ${operation} may be.` };
  if (passes(limits.per_day_minor, used.day))
    return { code: 'limit_per_day', reason: `That is more than may be moved by ${operation} in a day.` };
  if (passes(limits.per_month_minor, used.month))
    return { code: 'limit_per_month', reason: `That is more than may be moved by ${operation} in a month.` };
  if (isCredit(operation) && passes(rules.max_balance_minor, used.balance))
    return { code: 'limit_max_balance', reason: 'The wallet would hold more than it may.' };
  return undefined;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** The day and the month (`day:2026-11-21`, `month:2026-11`) of an instant in a time zone. */
export function periodsOf(instant: Date, timeZone = 'UTC'): { day: string; month: string } {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formatters.set(timeZone, formatter);
  }
  const date = formatter.format(instant);
  return { day: `day:${date}`, month: `month:${date.slice(0, 7)}` };
}
