import { type CsvMapping, mappingFor } from './csv-mapping';
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

export const settingsFor = (kind: AccountKind, given: Partial<AccountSettings>): AccountSettings => ({
  mapping: given.mapping ?? mappingFor(kind),
  rules: given.rules ?? rulesFor(kind),
  missing_after_days: given.missing_after_days ?? 5,
  four_eyes_above_minor: given.four_eyes_above_minor ?? 5_000,
});
