import type { Caller } from '@florin/access';
import { Transactions, type Tx } from '@florin/database';
import { type Answer, type Answered, created, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { booksAccount } from '../accounts/money-accounts';
import type { AccountDto, OpenAccountDto } from './account.dto';
import { accountNotFound, shown } from './account-queries';
import { MerchantAccountsRepository } from './merchant-accounts.repository';

/** Opens accounts for journals by hand, takes empty ones out of use and brings them back. */
@Injectable()
export class KeepAccounts {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly ledger: Ledger,
    private readonly accounts: MerchantAccountsRepository,
  ) {}

  /** Refuses with 409 `ledger_account_differs` one that exists with another rule about overdrafts. */
  open(caller: Caller, request: IdempotentRequest, input: OpenAccountDto): Promise<Answered<AccountDto>> {
    const code = booksAccount(caller.merchantId, input.name, input.currency);
    return this.once(request, async (tx) => {
      await this.ledger.open(tx, [{ code, asset: input.currency, allowNegative: input.allow_negative }]);
      return created(await this.one(tx, caller.merchantId, code));
    });
  }

  /** Refuses with 409 `ledger_account_not_empty`. */
  archive(caller: Caller, request: IdempotentRequest, code: string): Promise<Answered<AccountDto>> {
    return this.once(request, async (tx) => {
      await this.one(tx, caller.merchantId, code);
      await this.ledger.archive(tx, [code]);
      return ok(await this.one(tx, caller.merchantId, code));
    });
  }

  unarchive(caller: Caller, request: IdempotentRequest, code: string): Promise<Answered<AccountDto>> {
    return this.once(request, async (tx) => {
      await this.one(tx, caller.merchantId, code);
      await this.ledger.unarchive(tx, [code]);
      return ok(await this.one(tx, caller.merchantId, code));
    });
  }

  private once(
    request: IdempotentRequest,
    work: (tx: Tx) => Promise<Answer<AccountDto>>,
  ): Promise<Answered<AccountDto>> {
    return this.transactions.run((tx) => this.idempotency.once(tx, request, () => work(tx)));
  }

  private async one(tx: Tx, merchantId: string, code: string): Promise<AccountDto> {
    const account = await this.accounts.one(tx, merchantId, code);
    if (!account) throw accountNotFound();
    return shown(account);
  }
}
