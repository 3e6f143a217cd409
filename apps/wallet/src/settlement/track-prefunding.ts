import { prefundingChanged } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { type Clock, present } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import type { Funding, Lot } from '../liability/lot';
import { merchantPartner } from './partners';
import { type Prefunding, PrefundingRepository } from './prefunding.repository';

/** What of a lot was and is outstanding. */
export interface OutstandingChange {
  lot: Pick<Lot, 'programId' | 'settingVersion' | 'currency'>;
  funders: readonly Funding[];
  before: number;
  after: number;
}

/** A million micros, ten thousand basis points: a share of points in minor units. */
const shareUnit = 10_000_000_000n;

/** What so many points commit a funder to, in minor units, a fraction left out. */
export function committedFor(points: number, pointValueMicros: number, shareBps: number): number {
  return Number((BigInt(points) * BigInt(pointValueMicros) * BigInt(shareBps)) / shareUnit);
}

/**
 * Follows what the points that a merchant funds are worth while they are out, for merchants that have prefunding, and says
 * what is left for new ones. Whoever gives points refuses when nothing is; here it is only counted.
 */
@Injectable()
export class TrackPrefunding {
  constructor(
    private readonly prefunding: PrefundingRepository,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async within(tx: Tx, changes: readonly OutstandingChange[]): Promise<void> {
    const shares = changes.flatMap(({ lot, funders, before, after }) =>
      before === after ? [] : funders.map((funding) => ({ ...funding, lot, before, after })),
    );
    const kept = await this.prefunding.lockOf(
      tx,
      shares.map(({ funder, lot }) => ({ funder, currency: lot.currency })),
    );
    if (kept.length === 0) return;
    const values = await this.prefunding.pointValues(
      tx,
      shares.map(({ lot }) => lot),
    );
    const changed = kept.flatMap((row): Prefunding[] => {
      const own = shares.filter(
        ({ funder, lot }) => funder === merchantPartner(row.merchantId) && lot.currency === row.currency,
      );
      const more = own.reduce((sum, { lot, shareBps, before, after }) => {
        const value = present(values.get(`${lot.programId} ${lot.settingVersion}`), 'a lot names its setting');
        return sum + committedFor(after, value, shareBps) - committedFor(before, value, shareBps);
      }, 0);
      return more === 0 ? [] : [{ ...row, committedMinor: row.committedMinor + more }];
    });
    await this.prefunding.saveCommitted(tx, changed);
    await this.tell(tx, changed);
  }

  async tell(tx: Tx, rows: readonly Prefunding[]): Promise<void> {
    const changedAt = this.clock.now().toISOString();
    await this.outbox.addAll(
      tx,
      prefundingChanged,
      rows.map(({ merchantId, currency, balanceMinor, committedMinor, enforced }) => ({
        subject: merchantId,
        data: {
          merchantId,
          currency,
          balanceMinor,
          committedMinor,
          remainingMinor: balanceMinor - committedMinor,
          enforced,
          changedAt,
        },
      })),
    );
  }
}
