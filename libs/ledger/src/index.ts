export { Ledger, type ExpiredHold } from './ledger';
export type { Instant } from './balances';
export { rebaseChain, sealChain, verifyChain, type ChainFault, type ChainReport, type SealedLink } from './chain';
export { LedgerModule, ledgerPartitions } from './ledger.module';
export { ledgerMigrations } from './migrations';
export { ledgerProofs, type LedgerProof, type Offender } from './proofs';
export type { HoldView, JournalView, StatementLine, StatementRange } from './statements';
export * from './types';
