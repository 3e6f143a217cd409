import type { Caller } from '@florin/access';
import { isUniqueViolation, Transactions, type Tx } from '@florin/database';
import { type Answered, created, Idempotency, type IdempotentRequest, ok, requireVersion } from '@florin/http';
import { newId, present, Refusal } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import {
  clearingAccount,
  payoutAccount,
  processorFeesAccount,
  reconciliationDifferencesAccount,
  statementAccount,
  transitAccount,
} from '../accounts/money-accounts';
import type { ChangeAccountDto, CreateAccountDto, StatementAccountDto } from './account.dto';
import { settingsFor } from './account-settings';
import { AccountsRepository } from './accounts.repository';
import { checkSettings } from './check-settings';
import { Steps } from './steps';

/**
 * Makes an account known that statements come of, or changes how they are read and matched: the next version, from then on.
 * Refuses a second one for the same account and currency (409), an old version (412) and settings that contradict themselves (422).
 */
@Injectable()
export class SaveAccount {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly accounts: AccountsRepository,
    private readonly ledger: Ledger,
    private readonly steps: Steps,
  ) {}

  async create(
    caller: Caller,
    request: IdempotentRequest,
    input: CreateAccountDto,
  ): Promise<Answered<StatementAccountDto>> {
    const settings = settingsFor(input.kind, input);
    checkSettings(settings);
    try {
      return await this.transactions.run((tx) =>
        this.idempotency.once(tx, request, async () => {
          const { merchantId, subject } = caller;
          const { kind, name, currency } = input;
          const account = { id: newId(), merchantId, kind, name, externalId: input.external_id, currency };
          await this.accounts.insert(tx, account);
          await this.accounts.insertVersion(tx, account.id, 1, settings, subject);
          await this.openBooks(tx, account);
          await this.steps.add(tx, account, 'account', [{ subjectId: account.id, step: 'created', by: subject }]);
          return created(await this.saved(tx, merchantId, account.id));
        }),
      );
    } catch (error) {
      if (!isUniqueViolation(error, 'reconciliation_accounts_once')) throw error;
      const detail = 'This account is known in this currency already.';
      throw Refusal.field('conflict', 'external_id', 'account_exists', detail);
    }
  }

  change(
    caller: Caller,
    request: IdempotentRequest,
    id: string,
    version: number,
    input: ChangeAccountDto,
  ): Promise<Answered<StatementAccountDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const { merchantId, subject } = caller;
        const before = await this.accounts.lockVersion(tx, merchantId, id);
        if (before === undefined) throw accountNotFound();
        requireVersion(version, before);
        const known = present(await this.accounts.find(tx, id, merchantId), 'an account that is locked is there');
        const settings = settingsFor(known.kind, { ...known.settings, ...given(input) });
        checkSettings(settings);
        await this.accounts.update(tx, id, input.name);
        await this.accounts.insertVersion(tx, id, before + 1, settings, subject);
        const step = { subjectId: id, step: 'changed', by: subject, detail: `version ${before + 1}` };
        await this.steps.add(tx, known, 'account', [step]);
        return ok(await this.saved(tx, merchantId, id));
      }),
    );
  }

  private async openBooks(tx: Tx, { id, merchantId, currency }: { id: string; merchantId: string; currency: string }) {
    const codes = [
      statementAccount(merchantId, id, currency),
      clearingAccount(merchantId, currency),
      transitAccount(merchantId, currency),
      payoutAccount(merchantId, currency),
      processorFeesAccount(merchantId, currency),
      reconciliationDifferencesAccount(merchantId, currency),
    ];
    await this.ledger.open(
      tx,
      codes.map((code) => ({ code, asset: currency, allowNegative: true })),
    );
  }

  private async saved(tx: Tx, merchantId: string, id: string): Promise<StatementAccountDto> {
    return present(await this.accounts.one(tx, merchantId, id), 'an account that was just saved is there');
  }
}

/** What the change names; the rest stays as it was. */
function given({ name: _, ...settings }: ChangeAccountDto): Partial<ChangeAccountDto> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined && value !== null));
}

export function accountNotFound(): Refusal {
  return new Refusal('not_found', 'account_not_found', 'There is no such account.');
}
