import { linesOfEntry } from './camt-entry';
import { Fields } from './camt-fields';
import type { Expected } from './read-csv';
import { boundLines, fileFault, type ParsedStatement } from './statement-line';
import { keptReference } from './kept-text';

const inStatement = 'Document/BkToCstmrStmt/Stmt';
/** The parts of the message that are looked at as one; what else there is, is passed over. */
const parts = {
  statement: inStatement,
  balance: `${inStatement}/Bal`,
  entry: `${inStatement}/Ntry`,
  detail: `${inStatement}/Ntry/NtryDtls/TxDtls`,
} as const;
const deepestPart = parts.detail.split('/').length;

/** Opening and closing balances, the better word first: of a statement in pages the middle ones have interim balances. */
const openings = ['OPBD', 'PRCD', 'ITBD'];
const closings = ['CLBD', 'ITBD'];

interface Balance {
  code: string;
  amountMinor: number;
  fileLine: number;
}

/** Builds statements from the elements of a camt.053 as they open and close. Keeps one entry at a time beside the lines. */
export class CamtStatements {
  private readonly finished: ParsedStatement[] = [];
  private statement: { fields: Fields; balances: Balance[]; parsed: ParsedStatement } | undefined;
  private balance: Fields | undefined;
  private entry: { fields: Fields; details: Fields[] } | undefined;
  private detail: Fields | undefined;
  private lines = 0;

  constructor(private readonly expected: Expected) {}

  open(path: readonly string[], fileLine: number, currency: string | undefined): void {
    const whole = path.length <= deepestPart ? path.join('/') : '';
    if (whole === parts.statement) {
      const parsed = { reference: null, opening: null, closing: null, lines: [], pending: { count: 0, sumMinor: 0 } };
      this.statement = { fields: new Fields(fileLine, path.length), balances: [], parsed };
    } else if (whole === parts.balance) this.balance = new Fields(fileLine, path.length);
    else if (whole === parts.entry) {
      this.checkAccount();
      this.entry = { fields: new Fields(fileLine, path.length), details: [] };
    } else if (whole === parts.detail) this.detail = new Fields(fileLine, path.length);
    else this.innermost?.opened(path, currency);
  }

  close(path: readonly string[], text: string, fileLine: number): void {
    const whole = path.length <= deepestPart ? path.join('/') : '';
    if (whole === parts.detail && this.entry && this.detail) {
      boundLines(this.lines + this.entry.details.length + 1, fileLine);
      this.entry.details.push(this.detail);
      this.detail = undefined;
    } else if (whole === parts.entry) this.closeEntry(fileLine);
    else if (whole === parts.balance) this.closeBalance();
    else if (whole === parts.statement) this.closeStatement();
    else this.innermost?.closed(path, text, fileLine);
  }

  done(): ParsedStatement[] {
    if (this.finished.length === 0) throw fileFault('statement_empty', 'The message holds no statement.');
    return this.finished;
  }

  private get innermost(): Fields | undefined {
    return this.detail ?? this.entry?.fields ?? this.balance ?? this.statement?.fields;
  }

  private closeEntry(fileLine: number): void {
    const { entry, statement } = this;
    this.entry = undefined;
    if (!entry || !statement) return;
    const { currency } = this.expected;
    const { isBooked, lines } = linesOfEntry(entry.fields, entry.details, currency);
    if (isBooked) {
      this.lines += lines.length;
      boundLines(this.lines, fileLine);
      for (const line of lines) statement.parsed.lines.push(line);
      return;
    }
    statement.parsed.pending.count += lines.length;
    statement.parsed.pending.sumMinor += lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  }

  private closeBalance(): void {
    const { balance, statement } = this;
    this.balance = undefined;
    const code = balance?.text('Tp/CdOrPrtry/Cd');
    if (!balance || !statement || code === undefined || ![...openings, ...closings].includes(code)) return;
    statement.balances.push({
      code,
      amountMinor: balance.signedAmount('Amt', this.expected.currency),
      fileLine: balance.fileLine,
    });
  }

  private closeStatement(): void {
    const { statement } = this;
    if (!statement) return;
    this.checkAccount();
    this.statement = undefined;
    const { parsed, balances, fields } = statement;
    const opening = openings.flatMap((code) => balances.find((balance) => balance.code === code) ?? [])[0];
    const closing = closings.flatMap((code) => balances.findLast((balance) => balance.code === code) ?? [])[0];
    if (!opening || !closing || opening === closing)
      throw fileFault('balance_missing', 'The statement has no opening or no closing balance.', fields.fileLine);
    this.finished.push({ ...parsed, reference: keptReference(fields.text('Id')), opening, closing });
  }

  /** The account stands before the entries, so a file of another account is refused before they are read. */
  private checkAccount(): void {
    const fields = this.statement?.fields;
    if (!fields) return;
    const account = fields.text('Acct/Id/IBAN') ?? fields.text('Acct/Id/Othr/Id');
    if (account?.replaceAll(' ', '') !== this.expected.externalId)
      throw fileFault('account_differs', 'The statement is of another account.', fields.fileLine, 'Acct/Id');
    const currency = fields.text('Acct/Ccy');
    if (currency !== undefined && currency !== this.expected.currency)
      throw fileFault(
        'currency_differs',
        `The account is kept in ${this.expected.currency}.`,
        fields.fileLine,
        'Acct/Ccy',
      );
  }
}
