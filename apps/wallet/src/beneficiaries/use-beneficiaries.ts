import { Transactions, type Tx } from '@florin/database';
import { type Clock, minuteMs, present, Refusal } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import type { PayoutRules } from '../payout-settings/payout-rules';
import { BeneficiariesRepository } from './beneficiaries.repository';
import { BeneficiaryVault, type PayoutDetails } from './beneficiary-vault';

/** Decides whether money may go to a beneficiary, and opens the vault for the one who sends it. */
@Injectable()
export class UseBeneficiaries {
  constructor(
    private readonly transactions: Transactions,
    private readonly beneficiaries: BeneficiariesRepository,
    private readonly vault: BeneficiaryVault,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Refuses one of somebody else (404), a rejected or unverified one, and one that still cools down (422). Keeps it from being removed. */
  async within(tx: Tx, merchantId: string, memberId: string, id: string, rules: PayoutRules): Promise<void> {
    const refuse = (kind: 'not_found' | 'unprocessable', code: string, detail: string) =>
      Refusal.field(kind, 'beneficiary_id', code, detail);
    const found = await this.beneficiaries.usable(tx, merchantId, memberId, id);
    if (!found) throw refuse('not_found', 'beneficiary_not_found', 'There is no such beneficiary.');
    if (found.verification === 'rejected')
      throw refuse('unprocessable', 'beneficiary_rejected', 'Nothing is paid to this beneficiary.');
    if (rules.verified_only && found.verification !== 'verified')
      throw refuse('unprocessable', 'beneficiary_unverified', 'This beneficiary has to be verified first.');
    const usableFrom = new Date(found.createdAt.getTime() + rules.cool_down_minutes * minuteMs);
    if (this.clock.now() < usableFrom)
      throw refuse(
        'unprocessable',
        'beneficiary_cooling_down',
        `This beneficiary is new: it can be used from ${usableFrom.toISOString()}.`,
      );
  }

  /** Where the money goes. Never log it. */
  async open(id: string): Promise<PayoutDetails> {
    const sealed = await this.transactions.run((tx) => this.beneficiaries.sealed(tx, [id]));
    return this.vault.open(id, present(sealed.get(id), 'a beneficiary of an open withdrawal is not removed'));
  }
}
