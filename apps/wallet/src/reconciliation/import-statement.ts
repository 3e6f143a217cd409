import { createHash } from 'node:crypto';
import type { Caller } from '@florin/access';
import { isUniqueViolation, Transactions, type Tx } from '@florin/database';
import { type Answered, created, Idempotency, type IdempotentRequest } from '@florin/http';
import { hashOf, newId, present, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { StatementAccount } from './account-settings';
import { AccountsRepository } from './accounts.repository';
import { checkBalances } from './check-balances';
import { readCamt } from './read-camt';
import { readCsv } from './read-csv';
import { accountNotFound } from './save-account';
import type { ImportDto } from './statement.dto';
import type { StatementFile } from './statement-bodies';
import type { ParsedStatement } from './statement-line';
import { StatementsRepository } from './statements.repository';
import { Steps } from './steps';
import { WithdrawLines } from './withdraw-lines';

export interface ImportInput {
  accountId: string;
  /** The statement whose place this one takes. */
  corrects: string | undefined;
}

/**
 * Takes a statement: all of it or nothing, each line once. The same file again gives the answer of the first time, whatever its
 * Idempotency-Key; lines that an earlier file brought are known again and not added. Refuses a file that does not add up (422, with the
 * line), and another content under the name of a statement that is there, unless it says that it corrects that one (409).
 */
@Injectable()
export class ImportStatement {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly accounts: AccountsRepository,
    private readonly statements: StatementsRepository,
    private readonly withdrawLines: WithdrawLines,
    private readonly steps: Steps,
  ) {}

  async execute(
    caller: Caller,
    request: IdempotentRequest,
    input: ImportInput,
    file: StatementFile,
  ): Promise<Answered<ImportDto>> {
    const { account, parsed } = await this.read(caller.merchantId, input.accountId, file);
    const content = createHash('sha256').update(file.bytes).digest('hex');
    const asked = { ...request, inputHash: hashOf([request.inputHash, content]) };
    try {
      return await this.transactions.run((tx) =>
        this.idempotency.once(tx, asked, async () => {
          // Two files of one account, sent at once, come one after the other.
          await this.accounts.lock(tx, account.id);
          const known = await this.statements.importOf(tx, account.id, content);
          return created(known ?? (await this.keep(tx, caller, account, { ...input, file, content, parsed })));
        }),
      );
    } catch (error) {
      if (!isUniqueViolation(error, 'reconciliation_statements_current')) throw error;
      throw new Refusal('conflict', 'statement_repeated', 'The file holds two statements of the same name.');
    }
  }

  /** Reads and checks a file without keeping anything of it. */
  async read(
    merchantId: string,
    accountId: string,
    { format, bytes }: StatementFile,
  ): Promise<{ account: StatementAccount; parsed: ParsedStatement[] }> {
    const account = await this.transactions.run((tx) => this.accounts.find(tx, accountId, merchantId));
    if (!account) throw accountNotFound();
    const parsed =
      format === 'csv' ? [await readCsv(bytes, account.settings.mapping, account)] : await readCamt(bytes, account);
    for (const statement of parsed) checkBalances(statement, account.currency);
    return { account, parsed };
  }

  private async keep(
    tx: Tx,
    caller: Caller,
    account: StatementAccount,
    {
      corrects,
      file,
      content,
      parsed,
    }: ImportInput & { file: StatementFile; content: string; parsed: ParsedStatement[] },
  ): Promise<ImportDto> {
    if (corrects !== undefined && parsed.length !== 1)
      throw Refusal.field('unprocessable', 'corrects', 'correction_unclear', 'A correction is one statement.');
    const importId = newId();
    await this.statements.insertImport(tx, account, {
      id: importId,
      content,
      format: file.format,
      bytes: file.bytes.length,
      by: caller.subject,
    });
    for (const statement of parsed) {
      const reference = statement.reference ?? `sha256-${content.slice(0, 32)}`;
      const corrected = await this.corrected(tx, account, reference, corrects);
      const id = newId();
      if (corrected !== undefined) await this.statements.supersede(tx, corrected, id);
      await this.statements.insert(tx, account, { id, importId, reference, corrects: corrected ?? null }, statement);
      if (corrected !== undefined) await this.withdrawLines.within(tx, account, corrected, caller.subject);
    }
    const step = { subjectId: importId, step: corrects === undefined ? 'imported' : 'corrected', by: caller.subject };
    await this.steps.add(tx, account, 'import', [step]);
    return present(await this.statements.importOf(tx, account.id, content), 'an import that was just kept is there');
  }

  /** The statement that this one takes the place of. */
  private async corrected(
    tx: Tx,
    account: StatementAccount,
    reference: string,
    corrects: string | undefined,
  ): Promise<string | undefined> {
    const current = await this.statements.current(tx, account.id, reference);
    if (corrects === undefined) {
      if (current === undefined) return undefined;
      const detail = `Statement ${current} has this name and another content: say that you correct it.`;
      throw Refusal.field('conflict', 'corrects', 'statement_differs', detail);
    }
    if (!(await this.statements.isCurrent(tx, account.id, corrects)))
      throw Refusal.field('unprocessable', 'corrects', 'statement_not_found', 'There is no such statement to correct.');
    if (current !== undefined && current !== corrects)
      throw Refusal.field('conflict', 'corrects', 'statement_differs', `Statement ${current} has this name.`);
    return corrects;
  }
}
