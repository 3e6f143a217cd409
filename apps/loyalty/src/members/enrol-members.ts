import { memberEnrolled } from '@florin/contracts';
import type { Tx } from '@florin/database';
import type { Cause } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Outbox } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import { type Program, tierFor } from '../programs/program-rules';
import { MembersRepository } from './members.repository';
import { memberAccount, pointsAsset } from './points-accounts';
import { standingKey } from './standing';

export interface Newcomer {
  memberId: string;
  program: Program;
  at: Date;
  cause: Cause;
}

/** Makes people members of a program, once; those who are already stay as they are. */
@Injectable()
export class EnrolMembers {
  constructor(
    private readonly members: MembersRepository,
    private readonly ledger: Ledger,
    private readonly outbox: Outbox,
  ) {}

  async within(tx: Tx, newcomers: readonly Newcomer[]): Promise<void> {
    const once = new Map(newcomers.map((each) => [standingKey(each.memberId, each.program.id), each]));
    const enrolled = await this.members.enrol(
      tx,
      [...once.values()].map(({ memberId, program, at }) => ({
        memberId,
        programId: program.id,
        merchantId: program.merchantId,
        tier: tierFor(program.rules, 0).name,
        enrolledAt: at,
      })),
    );
    if (enrolled.length === 0) return;
    await this.ledger.open(
      tx,
      enrolled.map(({ memberId, programId }) => ({
        code: memberAccount(memberId, programId),
        asset: pointsAsset(programId),
      })),
    );
    await this.outbox.addAll(
      tx,
      memberEnrolled,
      enrolled.map(({ memberId, programId, merchantId, tier }) => ({
        subject: memberId,
        data: { memberId, programId, merchantId, tier },
        cause: once.get(standingKey(memberId, programId))?.cause,
      })),
    );
  }
}
