import { Refusal } from '@florin/kernel';
import type { AccountSettings } from './account-settings';
import type { MatchingRule } from './matching-rules';
import { lineCategories } from './statement-line';

/** Refuses settings that contradict themselves. */
export function checkSettings({ mapping, rules }: AccountSettings): void {
  const { amount, debit, credit, status } = mapping.columns;
  if (amount === undefined && (debit === undefined || credit === undefined))
    throw fault('mapping.columns.amount', 'amount_column_missing', 'Name the amount column, or debit and credit.');
  if (mapping.pending.length > 0 && status === undefined)
    throw fault('mapping.columns.status', 'status_column_missing', 'Words for pending lines need a status column.');
  const words = Object.entries(mapping.categories);
  if (words.length > 100 || words.some(([word]) => word.length > 100))
    throw fault('mapping.categories', 'too_many_categories', 'There may be 100 words of 100 characters.');
  if (!words.every(([, category]) => lineCategories.includes(category)))
    throw fault('mapping.categories', 'category_unknown', `A category is one of ${lineCategories.join(', ')}.`);
  if (new Set(rules.map(({ name }) => name)).size !== rules.length)
    throw fault('rules', 'rule_repeated', 'Each rule has its own name.');
  rules.forEach((rule, index) => {
    const detail = faultOf(rule);
    if (detail !== undefined) throw fault(`rules[${index}]`, 'rule_contradicts', detail);
  });
}

function faultOf({ by, kinds, categories }: MatchingRule): string | undefined {
  const standsAlone = by === 'fee' || by === 'transfer';
  if (standsAlone && categories.length === 0) return 'A rule without targets would take every line: name categories.';
  if (!standsAlone && kinds.length === 0) return 'The rule names no kind of target.';
  return undefined;
}

const fault = (field: string, code: string, detail: string): Refusal =>
  Refusal.field('unprocessable', field, code, detail);
