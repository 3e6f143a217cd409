import { readDay } from './dates';
import { readAmount } from './decimal-amounts';
import { fileFault } from './statement-line';

/** What is read of a part of the message; everything else is passed over, names and addresses of people above all. */
const wanted: ReadonlySet<string> = new Set([
  ...['Id', 'Acct/Id/IBAN', 'Acct/Id/Othr/Id', 'Acct/Ccy', 'Tp/CdOrPrtry/Cd'],
  ...[
    'Amt',
    'CdtDbtInd',
    'Sts',
    'Sts/Cd',
    'BookgDt/Dt',
    'BookgDt/DtTm',
    'ValDt/Dt',
    'ValDt/DtTm',
    'NtryRef',
    'AcctSvcrRef',
  ],
  ...['AmtDtls/InstdAmt/Amt', 'AmtDtls/TxAmt/Amt', 'Chrgs/Amt', 'Chrgs/TtlChrgsAndTaxAmt'],
  ...['Chrgs/Rcrd/Amt', 'Chrgs/Rcrd/CdtDbtInd', 'Chrgs/Rcrd/ChrgInclInd', 'NtryDtls/Btch/PmtInfId', 'AddtlNtryInf'],
  ...['Refs/EndToEndId', 'Refs/AcctSvcrRef', 'Refs/TxId', 'Refs/InstrId', 'RmtInf/Ustrd', 'RmtInf/Strd/CdtrRefInf/Ref'],
]);
/** A field may be repeated; more often than this nobody does. */
const mostRepeats = 100;

interface Leaf {
  text: string;
  currency: string | undefined;
  fileLine: number;
}

/** The texts of one part of the message (a statement's head, a balance, an entry, a detail), by their path inside it. */
export class Fields {
  private readonly leaves = new Map<string, Leaf[]>();
  private currency: string | undefined;

  constructor(
    readonly fileLine: number,
    private readonly depth: number,
  ) {}

  opened(_path: readonly string[], currency: string | undefined): void {
    this.currency = currency;
  }

  closed(path: readonly string[], text: string, fileLine: number): void {
    const name = path.slice(this.depth).join('/');
    if (text === '' || !wanted.has(name)) return;
    const repeats = this.leaves.get(name) ?? [];
    if (repeats.length < mostRepeats) repeats.push({ text, currency: this.currency, fileLine });
    this.leaves.set(name, repeats);
  }

  /** The first of that name. */
  text(name: string): string | undefined {
    return this.leaves.get(name)?.[0]?.text;
  }

  texts(name: string): string[] {
    return (this.leaves.get(name) ?? []).map(({ text }) => text);
  }

  has(name: string): boolean {
    return this.leaves.has(name);
  }

  /** An amount above or at zero in minor units; refused when it is none, or of another currency. */
  amount(name: string, currency: string): number {
    return this.amounts(name, currency)[0] ?? this.refuse('amount_invalid', `There is no ${name}.`, name);
  }

  amounts(name: string, currency: string): number[] {
    return (this.leaves.get(name) ?? []).map((leaf) => {
      if (leaf.currency !== undefined && leaf.currency !== currency)
        throw fileFault('currency_differs', `The account is kept in ${currency}.`, leaf.fileLine, name);
      const minor = /^\d/.test(leaf.text) ? readAmount(leaf.text, { currency, decimal: '.' }) : undefined;
      if (minor === undefined)
        throw fileFault('amount_invalid', `This is no amount of ${currency}.`, leaf.fileLine, name);
      return minor;
    });
  }

  /** Credit above zero, debit below. */
  signedAmount(name: string, currency: string): number {
    return this.sign() * this.amount(name, currency);
  }

  sign(): 1 | -1 {
    const word = this.text('CdtDbtInd');
    if (word !== 'CRDT' && word !== 'DBIT')
      return this.refuse('direction_invalid', 'CRDT or DBIT is needed.', 'CdtDbtInd');
    return word === 'CRDT' ? 1 : -1;
  }

  day(name: string): string | undefined {
    const text = this.text(`${name}/Dt`) ?? this.text(`${name}/DtTm`);
    if (text === undefined) return undefined;
    return (
      readDay(text.replace(/(Z|[+-]\d\d:\d\d)$/, ''), 'YYYY-MM-DD') ??
      this.refuse('day_invalid', 'This is no day.', name)
    );
  }

  refuse(code: string, detail: string, name: string): never {
    throw fileFault(code, detail, this.leaves.get(name)?.[0]?.fileLine ?? this.fileLine, name);
  }
}
