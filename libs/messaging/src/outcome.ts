/** What became of one delivery. */
export type Outcome =
  | { kind: 'handled' }
  | { kind: 'duplicate' }
  /** It failed and may work later. */
  | { kind: 'failed'; error: unknown }
  /** It can never work. */
  | { kind: 'poison'; reason: string; error: unknown }
  /** We stopped before it was tried: the broker hands it out again. */
  | { kind: 'given_back' };
