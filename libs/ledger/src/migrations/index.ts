import { LedgerAccounts1764000000000 } from './1764000000000-ledger-accounts';
import { LedgerJournals1764000000001 } from './1764000000001-ledger-journals';
import { LedgerHoldsAndKeys1764000000002 } from './1764000000002-ledger-holds-and-keys';
import { LedgerChain1764000000003 } from './1764000000003-ledger-chain';
import { LedgerMonitors1764000000010 } from './1764000000010-ledger-monitors';
import { LedgerAccountSearch1764000000011 } from './1764000000011-ledger-account-search';
import { LedgerArchives1764000000012 } from './1764000000012-ledger-archives';

/** The ledger's tables, in order: list them among a service's own migrations. */
export const ledgerMigrations = [
  LedgerAccounts1764000000000,
  LedgerJournals1764000000001,
  LedgerHoldsAndKeys1764000000002,
  LedgerChain1764000000003,
  LedgerMonitors1764000000010,
  LedgerAccountSearch1764000000011,
  LedgerArchives1764000000012,
];
