/** Anything that answers a query: a Tx, a replica reader, the prover's read-only connection. */
export interface Reader {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

/** A set above this is refused whole: locks and memory stay bounded, and a larger set is no faster. */
export const maxSetSize = 1_000;
/** Postings of one journal. */
export const maxPostings = 100;
/** Characters of a code, key, kind or reference. */
export const maxTextLength = 200;
/** Bytes of a journal's metadata as JSON: the journal explains, it is no document store. */
export const maxMetadataBytes = 4_096;

export interface AccountInput {
  /** Unique and stable, e.g. `member:<id>:wallet:EUR`. Holds ids, never personal data: the ledger is not erased. */
  code: string;
  /** What it counts: an ISO 4217 currency, or `points:<program id>`. Never changes. */
  asset: string;
  /** True for accounts that stand for the outside (a processor, breakage): their balance may fall below zero. */
  allowNegative?: boolean;
  labels?: Record<string, string>;
}

export interface Account {
  id: string;
  code: string;
  asset: string;
  allowNegative: boolean;
}

export interface PostingInput {
  /** Account code. */
  account: string;
  /** Signed minor units: what the account's balance changes by. Never zero. */
  amountMinor: number;
}

export interface JournalInput {
  /** Idempotency key, unique over all writes of this ledger. Start it with the kind and a v7 id: it indexes well. */
  key: string;
  /** Why the money moves, e.g. `topup`. */
  kind: string;
  /** The business event behind it, e.g. `order:<id>`. */
  reference?: string;
  /** When it counts; the moment of insertion when left out, which is also the fastest to read back. */
  effectiveAt?: Date;
  /** Sums to zero per asset. */
  postings: PostingInput[];
  metadata?: Record<string, unknown>;
}

export interface HoldInput {
  key: string;
  account: string;
  /** Above zero, in minor units. */
  amountMinor: number;
  /** From then on it can no longer be captured; `expireHolds` gives it back. Never, when left out. */
  expiresAt?: Date;
  reference?: string;
}

/** A hold by its id, or by the key it was made with. */
export type HoldChoice = { holdId: string; holdKey?: undefined } | { holdKey: string; holdId?: undefined };

export type CaptureInput = HoldChoice & {
  key: string;
  /** Above zero and at most what is left of the hold. */
  amountMinor: number;
  /** Where the captured amount goes; sums to amountMinor. The holder's own posting is added by the ledger. */
  postings: PostingInput[];
  /** Gives back what is left of the hold. */
  final?: boolean;
  /** `capture` when left out. */
  kind?: string;
  /** The hold's reference when left out. */
  reference?: string;
  effectiveAt?: Date;
  metadata?: Record<string, unknown>;
};

export type VoidInput = HoldChoice & { key: string };

export interface ReverseInput {
  key: string;
  journalId: string;
  /** `original` takes the effective date of the journal that is reversed; the moment of insertion when left out. */
  effectiveAt?: Date | 'original';
  reference?: string;
  metadata?: Record<string, unknown>;
}

/** Why the ledger said no. Stable: services map them to their own refusals. */
export type RefusalCode =
  | 'invalid'
  | 'unbalanced'
  | 'account_unknown'
  | 'account_closed'
  | 'insufficient_funds'
  | 'overflow'
  | 'hold_unknown'
  | 'hold_closed'
  | 'hold_expired'
  | 'hold_exceeded'
  | 'journal_unknown'
  | 'already_reversed'
  | 'key_reused'
  /** Another write of the same group was refused. */
  | 'group_refused';

export interface Refused {
  ok: false;
  code: RefusalCode;
  /** A sentence for a person; holds codes and ids, no personal data. */
  detail: string;
  /** True when the no is the stored answer of an earlier call with the same key. */
  replayed: boolean;
}

export type Posted = { ok: true; journalId: string; replayed: boolean } | Refused;
export type Held = { ok: true; holdId: string; replayed: boolean } | Refused;

/** One write of any kind, for `apply`: sets of different kinds share locks and statements. */
export type Command =
  | { operation: 'post'; input: JournalInput }
  | { operation: 'hold'; input: HoldInput }
  | { operation: 'capture'; input: CaptureInput }
  | { operation: 'void'; input: VoidInput }
  | { operation: 'reverse'; input: ReverseInput };

/** `id` is the journal's (post, capture, reverse) or the hold's (hold, void). */
export type Answer = { ok: true; id: string; replayed: boolean } | Refused;

/** Writes of any kind that are done all or not at all. Each keeps its own key, which from then on belongs to this group as a whole. */
export type Group = readonly Command[];

/** `ids` are those of the writes, in order. Of a no, `at` is the place of the write (from 0) that could not be done. */
export type GroupAnswer = { ok: true; ids: string[]; replayed: boolean } | (Refused & { at: number });

export interface Balance {
  code: string;
  asset: string;
  /** Sum of all postings. */
  posted: number;
  /** Sum of what open holds still hold back. */
  held: number;
  /** posted − held: what can be spent. */
  available: number;
}
