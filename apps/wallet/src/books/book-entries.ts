import type { Tx } from '@florin/database';
import { newId, present, Refusal } from '@florin/kernel';
import { type GroupAnswer, type JournalView, Ledger, type Refused } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { EntriesRepository, isClosedMonth } from './entries.repository';
import type { WrittenDto } from './journal.dto';
import { MerchantAccountsRepository } from './merchant-accounts.repository';
import { type Amounts, amountsOf, commandOf, isReversal, moved, movedByCurrency, type Writing } from './plan';

/** Who writes, for whom and why. */
export interface Author {
  merchantId: string;
  createdBy: string;
  approvedBy: string | null;
  proposalId: string | null;
  reason: string;
}

/** A writing whose accounts are all the merchant's, and what it moves. */
export interface Weighed {
  writing: Writing;
  amounts: Amounts[];
  movedByCurrency: Map<string, number>;
}

/** Writes journals by hand, each with an entry that says who and why. */
@Injectable()
export class BookEntries {
  constructor(
    private readonly ledger: Ledger,
    private readonly accounts: MerchantAccountsRepository,
    private readonly entries: EntriesRepository,
  ) {}

  /** Refuses with 404 `journal_not_found` and 422 `account_unknown` what is not the merchant's. */
  async weigh(tx: Tx, merchantId: string, writing: Writing): Promise<Weighed> {
    const undone = writing.entries.filter(isReversal).map(({ reverses }) => reverses);
    const originals = new Map<string, JournalView>();
    if (undone.length > 0)
      for (const journal of await this.ledger.journals(tx, { ids: undone }, undone.length))
        originals.set(journal.id, journal);
    const amounts = writing.entries.map((entry) => amountsOf(entry, originals));
    const codes = [...new Set(amounts.flat().map(({ account }) => account))];
    const currencyOf = await this.accounts.assets(tx, merchantId, codes);
    writing.entries.forEach((entry, index) => {
      const stranger = amounts[index]?.find(({ account }) => !currencyOf.has(account));
      if (isReversal(entry) && (stranger || amounts[index]?.length === 0))
        throw new Refusal('not_found', 'journal_not_found', 'There is no such journal.');
      if (stranger) throw new Refusal('unprocessable', 'account_unknown', `There is no account ${stranger.account}.`);
    });
    const other = codes.find((code) => writing.currency !== undefined && currencyOf.get(code) !== writing.currency);
    if (other !== undefined)
      throw new Refusal('unprocessable', 'wrong_currency', `Account ${other} is not in ${writing.currency}.`);
    return { writing, amounts, movedByCurrency: movedByCurrency(amounts, currencyOf) };
  }

  /** Posts what was weighed; a refusal of an atomic writing, or of the only entry, is thrown as 422 with the ledger's code. */
  async post(tx: Tx, author: Author, { writing, amounts }: Weighed): Promise<WrittenDto> {
    const made = writing.entries.map((entry, index) => {
      const id = newId();
      const kind = isReversal(entry) ? ('reversal' as const) : ('manual' as const);
      return { id, key: `entry:${id}`, kind, entry, amountMinor: moved(amounts[index] ?? []) };
    });
    const commands = made.map(({ entry, key, kind }) => commandOf(entry, key, kind));
    const isWhole = writing.atomic || commands.length === 1;
    const groups = isWhole ? [commands] : commands.map((command) => [command]);
    const answers = await this.ledger.bulk(tx, groups).catch(refuseClosedMonth);
    const journals = isWhole ? wholeOf(present(answers[0], 'a group is answered'), commands.length) : answers.map(one);
    await this.entries.insert(
      tx,
      made.flatMap(({ id, key, kind, amountMinor }, index) => {
        const journalId = journals[index]?.journal_id;
        if (!journalId) return [];
        return [{ ...author, id, journalId, key, kind, amountMinor, scheduleId: null, occurrence: null }];
      }),
    );
    const touched = [...new Set(amounts.flat().map(({ account }) => account))];
    return { state: 'posted', proposal_id: null, journals, balances: await this.balances(tx, touched) };
  }

  private async balances(tx: Tx, codes: readonly string[]): Promise<WrittenDto['balances']> {
    return (await this.ledger.balances(tx, codes)).map(({ code, asset, posted, held, available }) => ({
      account: code,
      asset,
      posted_minor: posted,
      held_minor: held,
      available_minor: available,
    }));
  }
}

type Written = WrittenDto['journals'][number];

function one(answer: GroupAnswer): Written {
  return answer.ok
    ? { journal_id: present(answer.ids[0], 'a journal has an id'), code: null, detail: null }
    : { journal_id: null, code: answer.code, detail: answer.detail };
}

function wholeOf(answer: GroupAnswer, size: number): Written[] {
  if (answer.ok) return answer.ids.map((id) => ({ journal_id: id, code: null, detail: null }));
  throw refusalOf(answer, size > 1 ? `journals.${answer.at}` : undefined);
}

function refusalOf({ code, detail }: Refused, field: string | undefined): Refusal {
  return field === undefined
    ? new Refusal('unprocessable', code, detail)
    : Refusal.field('unprocessable', field, code, detail);
}

/** Throws it on, as a refusal where a closed month said no. The transaction is spent. */
function refuseClosedMonth(error: unknown): never {
  if (!isClosedMonth(error)) throw error;
  throw Refusal.field(
    'unprocessable',
    'effective_at',
    'period_closed',
    'That month is closed for one of the accounts.',
  );
}
