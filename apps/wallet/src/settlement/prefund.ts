import type { Caller } from '@florin/access';
import { Transactions, type Tx } from '@florin/database';
import { type Answered, created, Idempotency, type IdempotentRequest, ok, requireVersion } from '@florin/http';
import { assert, type Clock, Refusal } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { prefundingAccount, prefundingBankAccount } from '../accounts/money-accounts';
import { type Prefunding, PrefundingRepository } from './prefunding.repository';
import type { ChangePrefundingDto, EnforcePrefundingDto, PrefundingDto } from './settlement.dto';
import { TrackPrefunding } from './track-prefunding';

/**
 * What a merchant pays in ahead for the points that it funds. What is committed cannot be withdrawn while it is enforced (422).
 * Whoever gives points hears of every change and refuses when nothing is left.
 */
@Injectable()
export class Prefund {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly prefunding: PrefundingRepository,
    private readonly trackPrefunding: TrackPrefunding,
    private readonly ledger: Ledger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  change(caller: Caller, request: IdempotentRequest, input: ChangePrefundingDto): Promise<Answered<PrefundingDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const row = await this.prefunding.lockOrBegin(tx, caller.merchantId, input.currency);
        const more = input.kind === 'deposit' ? input.amount_minor : -input.amount_minor;
        const after = { ...row, balanceMinor: row.balanceMinor + more };
        if (after.balanceMinor < 0 || (more < 0 && row.enforced && after.balanceMinor < row.committedMinor))
          throw Refusal.field(
            'unprocessable',
            'amount_minor',
            'prefunding_committed',
            'So much is not free: points that are out stand for it.',
          );
        const { kind } = input;
        const id = await this.written(tx, caller, after, { kind, amountMinor: input.amount_minor });
        await this.post(tx, after, id, more);
        return created(dtoOf(after));
      }),
    );
  }

  enforce(
    caller: Caller,
    request: IdempotentRequest,
    version: number,
    { currency, enforced }: EnforcePrefundingDto,
  ): Promise<Answered<PrefundingDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const row = await this.prefunding.lockOrBegin(tx, caller.merchantId, currency);
        requireVersion(version, row.version);
        const after = { ...row, enforced };
        await this.written(tx, caller, after, { kind: 'setting', amountMinor: 0 });
        return ok(dtoOf(after));
      }),
    );
  }

  private async written(
    tx: Tx,
    { subject }: Caller,
    after: Prefunding,
    { kind, amountMinor }: { kind: 'deposit' | 'withdrawal' | 'setting'; amountMinor: number },
  ): Promise<string> {
    await this.prefunding.save(tx, after);
    await this.trackPrefunding.tell(tx, [after]);
    const { merchantId, currency, enforced } = after;
    const changedAt = this.clock.now();
    return this.prefunding.insertChange(tx, {
      merchantId,
      currency,
      kind,
      amountMinor,
      enforced,
      changedBy: subject,
      changedAt,
    });
  }

  private async post(tx: Tx, { merchantId, currency }: Prefunding, id: string, amountMinor: number): Promise<void> {
    const [own, bank] = [prefundingAccount(merchantId, currency), prefundingBankAccount(merchantId, currency)];
    await this.ledger.open(tx, [
      { code: own, asset: currency },
      { code: bank, asset: currency, allowNegative: true },
    ]);
    const [posted] = await this.ledger.post(tx, [
      {
        key: `prefunding:${id}`,
        kind: 'prefunding',
        reference: `prefunding:${id}`,
        postings: [
          { account: bank, amountMinor: -amountMinor },
          { account: own, amountMinor },
        ],
      },
    ]);
    assert(posted?.ok, 'prefunding that is there can be moved');
  }
}

/** As it stands after the change, whose version is the next. */
function dtoOf({ currency, balanceMinor, committedMinor, enforced, version }: Prefunding): PrefundingDto {
  return {
    currency,
    balance_minor: balanceMinor,
    committed_minor: committedMinor,
    remaining_minor: balanceMinor - committedMinor,
    enforced,
    version: version + 1,
  };
}
