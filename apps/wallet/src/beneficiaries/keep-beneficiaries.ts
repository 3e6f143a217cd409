import type { Caller } from '@florin/access';
import { isUniqueViolation, Transactions, type Tx } from '@florin/database';
import { type Answered, created, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { type Clock, newId, present, Refusal } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { BeneficiariesRepository } from './beneficiaries.repository';
import type { AddBeneficiaryDto, BeneficiaryDto, VerifyBeneficiaryDto } from './beneficiary.dto';
import { BeneficiaryVault } from './beneficiary-vault';
import { maskedHolder, maskedIban } from './masks';

/** Adds, removes and verifies the bank accounts that members want their money on. */
@Injectable()
export class KeepBeneficiaries {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly beneficiaries: BeneficiariesRepository,
    private readonly vault: BeneficiaryVault,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Adds one of the caller's own. Refuses the same account twice (409) and a sixth one (422). */
  async add(caller: Caller, request: IdempotentRequest, input: AddBeneficiaryDto): Promise<Answered<BeneficiaryDto>> {
    const { merchantId, subject: memberId } = caller;
    try {
      return await this.transactions.run((tx) =>
        this.idempotency.once(tx, request, async () => {
          const id = newId();
          const holder = input.holder.trim();
          const isAdded = await this.beneficiaries.insert(tx, {
            id,
            merchantId,
            memberId,
            sealed: this.vault.seal(id, { holder, iban: input.iban }),
            fingerprint: this.vault.fingerprint(`${merchantId}:${memberId}`, input.iban),
            ibanMasked: maskedIban(input.iban),
            holderMasked: maskedHolder(holder),
            country: input.iban.slice(0, 2),
            createdAt: this.clock.now(),
          });
          if (!isAdded)
            throw new Refusal(
              'unprocessable',
              'too_many_beneficiaries',
              'Remove one of your five beneficiaries first.',
            );
          await this.beneficiaries.note(tx, id, 'added', memberId);
          return created(await this.found(tx, merchantId, id));
        }),
      );
    } catch (error) {
      if (isUniqueViolation(error, 'payout_beneficiaries_once'))
        throw Refusal.field('conflict', 'iban', 'beneficiary_known', 'This account is among your beneficiaries.');
      if (isUniqueViolation(error, 'payout_beneficiaries_slot'))
        throw new Refusal('conflict', 'beneficiary_in_flight', 'Another beneficiary was being added. Try again.', {
          retryAfterSeconds: 1,
        });
      throw error;
    }
  }

  /** Removes one of the caller's own for good: what was sealed is gone. Refuses while a withdrawal is on its way there (409). */
  async remove(caller: Caller, id: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      const isRemoved = await this.beneficiaries.remove(tx, caller.merchantId, caller.subject, id, this.clock.now());
      if (!isRemoved) throw beneficiaryNotFound();
      // After the row is ours: a withdrawal that was just asked for has committed or will find no beneficiary.
      const isInUse = await this.beneficiaries.isInUse(tx, id);
      if (isInUse)
        throw new Refusal('conflict', 'beneficiary_in_use', 'A withdrawal is on its way to this beneficiary.');
      await this.beneficiaries.note(tx, id, 'removed', caller.subject);
    });
  }

  /** What staff found out about the account. */
  verify(
    caller: Caller,
    request: IdempotentRequest,
    id: string,
    input: VerifyBeneficiaryDto,
  ): Promise<Answered<BeneficiaryDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const { verification, note } = input;
        if (!(await this.beneficiaries.verify(tx, caller.merchantId, id, verification, note)))
          throw beneficiaryNotFound();
        await this.beneficiaries.note(tx, id, verification, caller.subject, note);
        return ok(await this.found(tx, caller.merchantId, id));
      }),
    );
  }

  private async found(tx: Tx, merchantId: string, id: string): Promise<BeneficiaryDto> {
    return present(await this.beneficiaries.one(tx, merchantId, id), 'a beneficiary that was just saved is there');
  }
}

export function beneficiaryNotFound(): Refusal {
  return new Refusal('not_found', 'beneficiary_not_found', 'There is no such beneficiary.');
}
