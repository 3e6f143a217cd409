import type { Caller } from '@florin/access';
import { walletFrozen, walletUnfrozen } from '@florin/contracts';
import { Transactions } from '@florin/database';
import { type Answered, created, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { newId, Refusal } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import { LimitSettingsRepository } from './limit-settings.repository';
import type { FreezeDto, FreezeWalletDto, LiftFreezeDto } from './limits.dto';
import { LimitsRepository } from './limits.repository';
import { walletNotFound } from './save-limits';

/**
 * Freezes and thaws what a member has at a merchant. Waits for movements that are under way; those that come later see it.
 * What a checkout held before is still captured: the goods are promised.
 */
@Injectable()
export class FreezeWallets {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly limits: LimitsRepository,
    private readonly settings: LimitSettingsRepository,
    private readonly outbox: Outbox,
  ) {}

  /** Refuses with 404 a member without a wallet here and with 409 one that is frozen already. */
  freeze(
    { merchantId, subject }: Caller,
    request: IdempotentRequest,
    memberId: string,
    { scope, reason }: FreezeWalletDto,
  ): Promise<Answered<FreezeDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        if (!(await this.settings.hasWallet(tx, merchantId, memberId))) throw walletNotFound();
        await this.limits.keepStill(tx, merchantId, memberId);
        const row = { id: newId(), merchantId, memberId, scope, reason, by: subject };
        const freeze = await this.settings.freeze(tx, row);
        if (!freeze) throw new Refusal('conflict', 'already_frozen', 'This wallet is frozen already: lift that first.');
        const said = { freezeId: freeze.id, merchantId, memberId, scope, reason };
        await this.outbox.add(tx, walletFrozen, memberId, { ...said, frozenAt: freeze.frozen_at.toISOString() });
        return created(freeze);
      }),
    );
  }

  /** Refuses with 404 a member without a wallet here and with 409 one that is not frozen. */
  lift(
    { merchantId, subject }: Caller,
    request: IdempotentRequest,
    memberId: string,
    { reason }: LiftFreezeDto,
  ): Promise<Answered<FreezeDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        if (!(await this.settings.hasWallet(tx, merchantId, memberId))) throw walletNotFound();
        await this.limits.keepStill(tx, merchantId, memberId);
        const freeze = await this.settings.lift(tx, merchantId, memberId, subject, reason);
        if (!freeze) throw new Refusal('conflict', 'not_frozen', 'This wallet is not frozen.');
        const said = { freezeId: freeze.id, merchantId, memberId, reason };
        const unfrozenAt = (freeze.lifted_at ?? freeze.frozen_at).toISOString();
        await this.outbox.add(tx, walletUnfrozen, memberId, { ...said, unfrozenAt });
        return ok(freeze);
      }),
    );
  }
}
