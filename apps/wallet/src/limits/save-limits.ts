import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok, requireVersion } from '@florin/http';
import { present, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { LimitSettingsRepository } from './limit-settings.repository';
import type { LimitsDto, SaveLimitsDto } from './limits.dto';
import { everybody } from './limits.repository';

export const walletNotFound = (): Refusal =>
  new Refusal('not_found', 'wallet_not_found', 'There is no such wallet at this merchant.');

/** Says the next version of what members may move; older ones stay readable. What is used already is not taken back. */
@Injectable()
export class SaveLimits {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly settings: LimitSettingsRepository,
  ) {}

  /** For one member, or for everybody. Refuses with 404 a member without a wallet here, with 412 when it changed meanwhile. */
  execute(
    caller: Caller,
    request: IdempotentRequest,
    memberId: string | undefined,
    version: number,
    input: SaveLimitsDto,
  ): Promise<Answered<LimitsDto>> {
    const { merchantId, subject } = caller;
    const whose = memberId ?? everybody;
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        if (memberId !== undefined && !(await this.settings.hasWallet(tx, merchantId, memberId)))
          throw walletNotFound();
        const before = await this.settings.current(tx, merchantId, input.currency, whose);
        requireVersion(version, before?.version ?? 0);
        const saved = await this.settings.insert(tx, merchantId, whose, version + 1, input, subject);
        if (!saved) requireVersion(version, version + 1);
        return ok(
          present(await this.settings.current(tx, merchantId, input.currency, whose), 'limits just saved are there'),
        );
      }),
    );
  }
}
