import { Reads } from '@florin/database';
import { verifyChain } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import type { ChainDto, ChainReportDto } from './chain.dto';

/** The hash chain that seals the journals of all merchants: it can only be proven as a whole. */
@Injectable()
export class ChainQueries {
  constructor(private readonly reads: Reads) {}

  async head(): Promise<ChainDto> {
    const [chain] = await this.reads.query<ChainDto>(
      `SELECT (SELECT encode(hash, 'hex') FROM ledger_chain ORDER BY seq DESC LIMIT 1) AS head, count(*)::int AS links,
         coalesce(sum(cardinality(journal_ids)), 0)::int AS sealed,
         (SELECT count(*)::int FROM ledger_journals WHERE tx_order > (SELECT coalesce(max(up_to_order), 0) FROM ledger_chain)) AS unsealed
       FROM ledger_chain`,
    );
    return chain ?? { head: null, links: 0, sealed: 0, unsealed: 0 };
  }

  async verify(): Promise<ChainReportDto> {
    const { head, links, sealed, unsealed, intact, faults } = await verifyChain(this.reads);
    return {
      head,
      links,
      sealed,
      unsealed,
      intact,
      faults: faults.map(({ seq, fault, journalId }) => ({ seq, fault, journal_id: journalId })),
    };
  }
}
