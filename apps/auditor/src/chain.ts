import { type ChainReport, verifyChain } from '@florin/ledger';
import { CannotLook, type Wish } from './config';
import { keepers } from './invariants/ledgers';
import type { Service } from './services';
import { Store } from './store';

/** The hash chain of one service's ledger, recomputed from its journals and postings. */
export interface Chain extends ChainReport {
  service: Service;
}

export interface ChainProof {
  verdict: 'holds' | 'broken';
  lookedAt: string;
  chains: Chain[];
}

/** `florin prove chain`: recomputes the hash chains and nothing else. Throws CannotLook when a ledger cannot be read. */
export async function proveChains({ databases, timeoutSeconds, limit }: Wish): Promise<ChainProof> {
  const looked = await Promise.all(
    keepers.map(async (service) => {
      try {
        const store = await Store.open({ url: databases[service], timeoutMs: timeoutSeconds * 1_000 });
        try {
          const at = await store.look();
          return {
            at,
            chain: {
              service,
              ...(await verifyChain(
                store.reader(() => undefined),
                limit,
              )),
            },
          };
        } finally {
          await store.close();
        }
      } catch (error) {
        throw new CannotLook(
          `The ledger of ${service} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }),
  );
  return {
    verdict: looked.every(({ chain }) => chain.intact) ? 'holds' : 'broken',
    lookedAt: new Date(Math.min(...looked.map(({ at }) => at.getTime()))).toISOString(),
    chains: looked.map(({ chain }) => chain),
  };
}

/** The chains as lines for people. The head is what to publish: from then on nobody rewrites history up to it unseen. */
export function chainReportOf({ verdict, lookedAt, chains }: ChainProof): string {
  return [
    '',
    ...chains.map(
      ({ service, links, sealed, unsealed, head, intact }) =>
        `  ${service}: ${number(sealed)} journals in ${number(links)} links ${intact ? 'hold' : 'are BROKEN'}, ${number(unsealed)} not sealed yet; head ${head ?? 'none'}`,
    ),
    ...chains.flatMap(({ service, faults }) =>
      faults.map(
        ({ seq, fault, journalId }) =>
          `    ${service}: ${fault} in link ${seq}${journalId ? `, journal ${journalId}` : ''}`,
      ),
    ),
    '',
    verdict === 'holds'
      ? `  Proven: every sealed journal says what it said when it was sealed, as of ${lookedAt}.`
      : '  Not proven: history was changed after it was sealed.',
    '',
  ].join('\n');
}

const number = (count: number): string => count.toLocaleString('en');
