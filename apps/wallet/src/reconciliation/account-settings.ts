import { Refusal } from '@florin/kernel';
import { type CsvColumns, type CsvMapping, mappingFor } from './csv-mapping';
import { type MatchingRule, rulesFor } from './matching-rules';

export type AccountKind = 'bank' | 'processor';

/** What an operator may change of an account; every change is a version of its own. */
export interface AccountSettings {
  /** How its CSV reads. camt.053 needs none. */
  mapping: CsvMapping;
  rules: MatchingRule[];
  /** A captured payment that no line explains after so many days is an exception. */
  missing_after_days: number;
  /** Writing off more than this, in minor units, takes a second person. */
  four_eyes_above_minor: number;
}

/** An account that statements come of, at a bank or a processor, with the settings in force. */
export interface StatementAccount {
  id: string;
  merchantId: string;
  kind: AccountKind;
  externalId: string;
  currency: string;
  version: number;
  settings: AccountSettings;
}

/** The same as an operator says them: what is left out, or null, is as for a new account of the kind. */
export interface GivenSettings {
  mapping?: (Partial<Omit<CsvMapping, 'columns'>> & { columns?: Partial<CsvColumns> }) | undefined;
  rules?: Partial<MatchingRule>[] | undefined;
  missing_after_days?: number | undefined;
  four_eyes_above_minor?: number | undefined;
}

export function settingsFor(kind: AccountKind, given: GivenSettings): AccountSettings {
  return {
    mapping: mappingOf(kind, given.mapping),
    rules: given.rules?.map(ruleOf) ?? rulesFor(kind),
    missing_after_days: given.missing_after_days ?? 5,
    four_eyes_above_minor: given.four_eyes_above_minor ?? 5_000,
  };
}

function mappingOf(kind: AccountKind, given: GivenSettings['mapping']): CsvMapping {
  const usual = mappingFor(kind);
  if (!given) return usual;
  const { columns, ...notation } = given;
  if (!columns) return { ...usual, ...said(notation) };
  const { reference, booked_on: bookedOn, ...others } = columns;
  if (!reference || !bookedOn)
    throw fault('mapping.columns', 'column_missing', 'Name the columns reference and booked_on.');
  return { ...usual, ...said(notation), columns: { ...said(others), reference, booked_on: bookedOn } };
}

function ruleOf({ name, by, ...rest }: Partial<MatchingRule>, index: number): MatchingRule {
  if (!name || !by) throw fault(`rules[${index}]`, 'rule_incomplete', 'A rule has a name and says what it goes by.');
  const usual = { kinds: [], categories: [], days_before: 30, days_after: 2, tolerance_minor: 0, most_fee_bps: 0 };
  return { ...usual, ...said(rest), name, by };
}

/** Without what is null: a field that may be left out may also be sent as nothing. */
function said<T extends object>(given: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null && value !== undefined),
  ) as Partial<T>;
}

const fault = (field: string, code: string, detail: string): Refusal =>
  Refusal.field('unprocessable', field, code, detail);
