import type { Tx } from '@florin/database';
import { Injectable } from '@nestjs/common';
import { MembersRepository } from './members.repository';
import type { EarningDay, Standing, TierChange } from './standing';

/** Standings to decide on, locked, with what was earned on the days asked; keyed by `standingKey` and `standingKey:day`. */
export interface LockedStandings {
  standings: Map<string, Standing>;
  earnedOn: Map<string, number>;
}

/** What a set of decisions changed. */
export interface StandingChanges {
  standings: readonly Standing[];
  days: readonly EarningDay[];
  tierChanges: readonly TierChange[];
}

/** Hands out members' standings for a decision and keeps what came of it: one statement each, whatever the size of the set. */
@Injectable()
export class KeepStandings {
  constructor(private readonly members: MembersRepository) {}

  async lock(
    tx: Tx,
    wanted: readonly { memberId: string; programId: string; day?: string }[],
  ): Promise<LockedStandings> {
    const standings = await this.members.lock(tx, wanted);
    const days = wanted.flatMap((each) => (each.day === undefined ? [] : [{ ...each, day: each.day }]));
    return {
      standings,
      earnedOn: days.length === 0 ? new Map<string, number>() : await this.members.earnedOn(tx, days),
    };
  }

  async save(tx: Tx, changes: StandingChanges): Promise<void> {
    await this.members.save(tx, changes.standings);
    await this.members.saveEarnedOn(tx, changes.days);
    await this.members.insertTierChanges(tx, changes.tierChanges);
  }
}
