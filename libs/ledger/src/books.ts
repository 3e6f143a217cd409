import type { MonitorState } from './monitors';

/** What a decision needs to know, read under lock. Amounts are minor units. */
export interface Books {
  accounts: Map<string, AccountState>;
  holds: Map<string, HoldState>;
  /** Hold ids by the key the hold was made with. */
  holdIds: Map<string, string>;
  /** Journals that a command wants to reverse, by id. */
  originals: Map<string, OriginalJournal>;
  /** What watches the accounts, by id. */
  monitors: MonitorState[];
  /** What decides whether a hold has timed out. */
  now: Date;
}

export interface AccountState {
  id: string;
  /** Where its row lies (ctid), which nothing changes while it is locked: found again without an index. */
  place: string;
  code: string;
  asset: string;
  allowNegative: boolean;
  closed: boolean;
  /** Somebody watches its balances. */
  monitored: boolean;
  posted: number;
  held: number;
  /** How many postings the account has: the number of its latest one. */
  postings: number;
}

export interface HoldState {
  id: string;
  account: string;
  key: string;
  amount: number;
  captured: number;
  status: 'open' | 'captured' | 'voided' | 'expired';
  reference: string | null;
  expiresAt: Date | null;
}

export interface OriginalJournal {
  id: string;
  effectiveAt: Date;
  reference: string | null;
  reversed: boolean;
  postings: { account: string; amountMinor: number }[];
}

export interface JournalRow {
  id: string;
  key: string;
  kind: string;
  reference: string | null;
  /** Null means: the moment of insertion. */
  effectiveAt: Date | null;
  reverses: string | null;
  holdId: string | null;
  metadata: Record<string, unknown> | null;
}

export interface PostingRow {
  journalId: string;
  accountId: string;
  seq: number;
  amount: number;
  balanceAfter: number;
  effectiveAt: Date | null;
}

/** What a set of decisions changes; written as it stands. */
export interface Changes {
  journals: JournalRow[];
  postings: PostingRow[];
  accounts: Set<AccountState>;
  newHolds: Set<HoldState>;
  changedHolds: Set<HoldState>;
  reversals: { journalId: string; reversedBy: string }[];
  /** Monitors on whose threshold's other side a balance is now. */
  movedMonitors: Set<MonitorState>;
  crossings: CrossingRow[];
  /** How to take back what the current group has done to the books so far; only while a group is decided. */
  undo?: (() => void)[];
}

export interface CrossingRow {
  id: string;
  monitor: MonitorState;
  account: AccountState;
  value: number;
  resultId: string;
}

/** Nothing is changed yet. */
export function noChanges(): Changes {
  return {
    journals: [],
    postings: [],
    accounts: new Set(),
    newHolds: new Set(),
    changedHolds: new Set(),
    reversals: [],
    movedMonitors: new Set(),
    crossings: [],
  };
}

/** A state that is about to change: inside a group it is remembered as it was. */
export function touch<State extends object>(changes: Changes, state: State): State {
  if (changes.undo) {
    const before = { ...state };
    changes.undo.push(() => Object.assign(state, before));
  }
  return state;
}
