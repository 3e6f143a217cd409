import type { Caller } from '@florin/access';
import { isUniqueViolation, Transactions, type Tx } from '@florin/database';
import { type Answered, created, Idempotency, type IdempotentRequest, ok, requireVersion } from '@florin/http';
import { newId, present, Refusal } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { issuanceAccount, pointsAsset } from '../members/points-accounts';
import type { ProgramDto, SaveProgramDto } from './program.dto';
import { ProgramsRepository } from './programs.repository';

/**
 * Creates a program or publishes its next version; older versions stay as they are.
 * Refuses a ladder that does not start at zero or repeats itself, a second default (409) and an old version (412).
 */
@Injectable()
export class SaveProgram {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly programs: ProgramsRepository,
    private readonly ledger: Ledger,
  ) {}

  create(caller: Caller, request: IdempotentRequest, input: SaveProgramDto): Promise<Answered<ProgramDto>> {
    checkLadder(input);
    return this.saving((tx) =>
      this.idempotency.once(tx, request, async () => {
        const id = newId();
        await this.programs.insert(tx, id, caller.merchantId, input);
        await this.programs.insertVersion(tx, id, 1, input.rules, caller.subject);
        await this.ledger.open(tx, [{ code: issuanceAccount(id), asset: pointsAsset(id), allowNegative: true }]);
        return created(await this.saved(tx, caller.merchantId, id));
      }),
    );
  }

  change(
    caller: Caller,
    request: IdempotentRequest,
    id: string,
    version: number,
    input: SaveProgramDto,
  ): Promise<Answered<ProgramDto>> {
    checkLadder(input);
    return this.saving((tx) =>
      this.idempotency.once(tx, request, async () => {
        const before = await this.programs.lockVersion(tx, caller.merchantId, id);
        if (!before) throw programNotFound();
        requireVersion(version, before.version);
        if (before.currency !== input.currency)
          throw Refusal.field(
            'unprocessable',
            'currency',
            'currency_fixed',
            'The currency of a program cannot change.',
          );
        await this.programs.update(tx, id, input);
        await this.programs.insertVersion(tx, id, before.version + 1, input.rules, caller.subject);
        return ok(await this.saved(tx, caller.merchantId, id));
      }),
    );
  }

  private async saved(tx: Tx, merchantId: string, id: string): Promise<ProgramDto> {
    return present(await this.programs.one(tx, merchantId, id), 'a program that was just saved is there');
  }

  private async saving(work: (tx: Tx) => Promise<Answered<ProgramDto>>): Promise<Answered<ProgramDto>> {
    try {
      return await this.transactions.run(work);
    } catch (error) {
      if (isUniqueViolation(error, 'loyalty_programs_default')) {
        throw Refusal.field(
          'conflict',
          'is_default',
          'default_taken',
          'This merchant already has a default program in this currency.',
        );
      }
      throw error;
    }
  }
}

function checkLadder({ rules }: SaveProgramDto): void {
  const fault = (field: string, code: string, detail: string) =>
    Refusal.field('unprocessable', `rules.tiers.${field}`, code, detail);
  rules.tiers.forEach((tier, index) => {
    const before = rules.tiers[index - 1];
    if (!before && tier.threshold !== 0)
      throw fault('0.threshold', 'ladder_must_start_at_zero', 'The first tier starts at 0 points.');
    if (before && tier.threshold <= before.threshold)
      throw fault(`${index}.threshold`, 'ladder_must_rise', 'Each tier starts above the one before it.');
  });
  if (new Set(rules.tiers.map((tier) => tier.name)).size !== rules.tiers.length)
    throw fault('name', 'tier_repeated', 'Each tier has its own name.');
}

export function programNotFound(): Refusal {
  return new Refusal('not_found', 'program_not_found', 'There is no such program.');
}
