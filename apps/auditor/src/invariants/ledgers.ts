import { ledgerProofs } from '@florin/ledger';
import type { Invariant } from '../invariant';
import type { Service } from '../services';

/** The services that keep a ledger. */
export const keepers: Service[] = ['wallet', 'loyalty'];

/** What the ledger itself promises, for everyone who keeps one. */
export const ledgerInvariants: Invariant[] = keepers.flatMap((service) =>
  ledgerProofs.map(({ name, says, run }) => ({
    name: `${service}.${name}`,
    says,
    services: [service],
    look: (view) => run(view.of(service), view.limit),
  })),
);
