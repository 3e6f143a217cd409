import { newId } from '@florin/kernel';
import type { Client } from 'pg';
import { type House, storyAt, storyDay } from './house';
import type { Stores } from './stores';
import { accounts, currency, type Member } from './things';
import type { Till } from './till';

/** What a processor's and a bank's statement said, and what was made of it. */
export interface Statements {
  processorId: string;
  bankId: string;
  statementId: string;
  paymentId: string;
  /** Of the payment. */
  charge: { lineId: string; matchId: string };
  /** Explained once, and taken back since. */
  undone: { lineId: string; matchId: string; exceptionId: string };
  ignoredExceptionId: string;
  writtenOff: { matchId: string; exceptionId: string };
}

interface Made {
  lineId: string;
  amount: number;
  fee?: number;
  state: string;
}

/** A charge on the processor's statement, its payout, the bank's line of that, and lines of which each ended in another way. */
export class Bookkeeping {
  constructor(private readonly house: House) {}

  tell(member: Member, till: Till): Statements {
    const { merchantId } = member;
    const { paymentId } = till.topup(member, 800, ['authorised', 'captured', 'settled']);
    const [processorId, bankId] = [this.account(merchantId, 'processor'), this.account(merchantId, 'bank')];
    const lines = [
      this.line(merchantId, processorId, 770, 'matched', 30),
      this.line(merchantId, processorId, -770, 'matched'),
      this.line(merchantId, processorId, 5, 'open'),
      this.line(merchantId, processorId, 1, 'ignored'),
      this.line(merchantId, processorId, -9_000, 'matched'),
    ] as const;
    const [charge, payout, undone, ignored, large] = lines;
    const arrival = this.line(merchantId, bankId, 770, 'matched');
    const statementId = this.statement(merchantId, processorId, 10_000, lines);
    this.statement(merchantId, bankId, 0, [arrival]);
    const of = (accountId: string) => ({ merchantId, accountId });
    const chargeMatch = this.match(of(processorId), charge, 'named', { target: 800, fee: 30 });
    this.target(chargeMatch, 'payment', paymentId, 800);
    this.house.stores.add('wallet', 'payment_settlements', {
      ...{ merchant_id: merchantId, reference: `reconciliation:${chargeMatch}:${paymentId}`, payment_id: paymentId },
      ...{ amount_minor: 800, fee_minor: 30, settled_at: storyAt },
    });
    const sent = this.match(of(processorId), payout, 'paid-out', { target: -770 });
    this.house.stores.add('wallet', 'reconciliation_transfers', {
      ...{
        id: sent,
        merchant_id: merchantId,
        from_account_id: processorId,
        currency,
        amount_minor: -770,
        sent_on: storyDay,
      },
      ...{ named_as: ['po_1'], undone: false },
    });
    const arrived = this.match(of(bankId), arrival, 'named', { target: 770 });
    this.target(arrived, 'transfer', sent, 770);
    const undoneMatch = this.match(of(processorId), undone, 'write-off', { difference: 5, isUndone: true });
    const largeMatch = this.match(of(processorId), large, 'write-off', { difference: -9_000, approvedBy: newId() });
    return {
      ...{ processorId, bankId, statementId, paymentId },
      charge: { lineId: charge.lineId, matchId: chargeMatch },
      undone: {
        lineId: undone.lineId,
        matchId: undoneMatch,
        exceptionId: this.exception(of(processorId), undone, 'open'),
      },
      ignoredExceptionId: this.exception(of(processorId), ignored, 'ignored'),
      writtenOff: {
        matchId: largeMatch,
        exceptionId: this.exception(of(processorId), large, 'written_off', largeMatch),
      },
    };
  }

  /** Matches get the names of their journals, and the one that was undone the journal that took it back. */
  static async name(stores: Stores, { undone }: Statements): Promise<void> {
    const journals = `UPDATE reconciliation_matches match SET journal_id = journal.id FROM ledger_journals journal WHERE journal.key = 'reconciliation:' || match.id`;
    const reversals = `UPDATE reconciliation_matches match SET undo_journal_id = reversed_by FROM ledger_reversals reversal WHERE reversal.journal_id = match.journal_id`;
    const run = (sql: string) =>
      stores.onDatabase('wallet', async (client: Client) => {
        await client.query('SET session_replication_role = replica');
        return client.query<{ journal_id: string }>(sql);
      });
    await run(journals);
    const { rows } = await run(`SELECT journal_id FROM reconciliation_matches WHERE id = '${undone.matchId}'`);
    const key = `reconciliation-undone:${undone.matchId}`;
    stores.book('wallet', {
      operation: 'reverse',
      input: { key, journalId: rows[0]?.journal_id ?? '', reference: `reconciliation:${undone.matchId}` },
    });
    await stores.fill();
    await run(reversals);
  }

  private account(merchantId: string, kind: 'bank' | 'processor'): string {
    const { stores } = this.house;
    const id = newId();
    const codes = [`statement:${id}`, 'processor-fees', 'reconciliation-differences', 'transit'];
    for (const code of codes) stores.account('wallet', `merchant:${merchantId}:${code}:${currency}`, currency, true);
    stores.add('wallet', 'reconciliation_accounts', {
      ...{ id, merchant_id: merchantId, kind, name: kind, external_id: kind, currency, version: 1 },
      ...{ created_at: storyAt, updated_at: storyAt },
    });
    stores.add('wallet', 'reconciliation_account_versions', {
      ...{
        account_id: id,
        version: 1,
        settings: { four_eyes_above_minor: 5_000 },
        changed_by: 'story',
        changed_at: storyAt,
      },
    });
    return id;
  }

  private line(merchantId: string, accountId: string, amount: number, state: string, fee = 0): Made {
    const lineId = newId();
    this.house.stores.add('wallet', 'reconciliation_lines', {
      ...{
        id: lineId,
        merchant_id: merchantId,
        account_id: accountId,
        reference: `txn_${lineId}`,
        booked_on: storyDay,
      },
      ...{
        amount_minor: amount,
        ordinal: 1,
        fee_minor: fee,
        category: 'other',
        state,
        by_hand: false,
        created_at: storyAt,
      },
    });
    return { lineId, amount, fee, state };
  }

  private statement(merchantId: string, accountId: string, opening: number, lines: readonly Made[]): string {
    const { stores } = this.house;
    const [id, importId] = [newId(), newId()];
    stores.add('wallet', 'reconciliation_imports', {
      ...{ id: importId, merchant_id: merchantId, account_id: accountId, content_sha256: importId.padEnd(64, '0') },
      ...{ format: 'csv', bytes: 1, account_version: 1, imported_by: 'story', imported_at: storyAt },
    });
    stores.add('wallet', 'reconciliation_statements', {
      ...{
        id,
        merchant_id: merchantId,
        account_id: accountId,
        import_id: importId,
        reference: id,
        opening_minor: opening,
      },
      closing_minor: lines.reduce((sum, { amount }) => sum + amount, opening),
      ...{
        from_on: storyDay,
        to_on: storyDay,
        lines: lines.length,
        fresh_lines: lines.length,
        pending_lines: 0,
        pending_minor: 0,
      },
      created_at: storyAt,
    });
    lines.forEach(({ lineId }, index) =>
      stores.add('wallet', 'reconciliation_statement_lines', { statement_id: id, line_no: index + 1, line_id: lineId }),
    );
    return id;
  }

  private match(
    { merchantId, accountId }: { merchantId: string; accountId: string },
    { lineId, amount }: Made,
    rule: string,
    sums: { target?: number; fee?: number; difference?: number; isUndone?: boolean; approvedBy?: string },
  ): string {
    const { stores } = this.house;
    const id = newId();
    const { target = 0, fee = 0, difference = 0, isUndone = false, approvedBy = null } = sums;
    stores.add('wallet', 'reconciliation_matches', {
      ...{
        id,
        merchant_id: merchantId,
        account_id: accountId,
        rule,
        account_version: 1,
        line_minor: amount,
        target_minor: target,
      },
      ...{
        fee_minor: fee,
        difference_minor: difference,
        facts: {},
        made_by: 'story',
        approved_by: approvedBy,
        journal_id: id,
      },
      ...{ made_at: storyAt, undone_at: isUndone ? storyAt : null, undo_journal_id: isUndone ? id : null },
    });
    stores.add('wallet', 'reconciliation_match_lines', { match_id: id, line_id: lineId, undone: isUndone });
    const code = (part: string) => `merchant:${merchantId}:${part}:${currency}`;
    const key = `reconciliation:${id}`;
    stores.post('wallet', key, 'reconciliation', key, [
      [rule === 'named' && fee > 0 ? accounts.clearing(merchantId) : code('transit'), target],
      [code(`statement:${accountId}`), 0 - amount],
      [code('processor-fees'), 0 - fee],
      [code('reconciliation-differences'), difference],
    ]);
    return id;
  }

  private target(matchId: string, kind: string, targetId: string, amount: number): void {
    this.house.stores.add('wallet', 'reconciliation_match_targets', {
      ...{ match_id: matchId, kind, target_id: targetId, amount_minor: amount, undone: false },
    });
  }

  private exception(
    { merchantId, accountId }: { merchantId: string; accountId: string },
    { lineId, amount }: Made,
    end: 'open' | 'ignored' | 'written_off',
    matchId: string | null = null,
  ): string {
    const id = newId();
    const isOpen = end === 'open';
    this.house.stores.add('wallet', 'reconciliation_exceptions', {
      ...{ id, merchant_id: merchantId, account_id: accountId, kind: 'unmatched_line', line_id: lineId, currency },
      ...{ amount_minor: amount, detail: 'No rule explains it.', state: isOpen ? 'open' : 'resolved' },
      ...{ resolution: isOpen ? null : end, match_id: matchId, opened_at: storyAt },
    });
    return id;
  }
}
