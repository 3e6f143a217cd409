import type { Fields } from './camt-fields';
import { keptReference, keptText } from './kept-text';
import { fileFault, type StatementLine } from './statement-line';

/**
 * The lines of one entry: one, or where the bank booked a batch and says what it is made of, one for each of its transactions,
 * which must then sum to the entry. An entry that is not booked (PDNG, INFO) gives lines that are only counted.
 */
export function linesOfEntry(
  entry: Fields,
  details: readonly Fields[],
  currency: string,
): { isBooked: boolean; lines: StatementLine[] } {
  const amountMinor = entry.signedAmount('Amt', currency);
  const status =
    entry.text('Sts/Cd') ?? entry.text('Sts') ?? entry.refuse('status_missing', 'An entry has no status.', 'Sts');
  const isBooked = status === 'BOOK';
  const bookedOn = entry.day('BookgDt') ?? entry.day('ValDt');
  if (isBooked && bookedOn === undefined) return entry.refuse('day_invalid', 'A booked entry has no day.', 'BookgDt');
  const whole: StatementLine = {
    fileLine: entry.fileLine,
    reference: keptReference(entry.text('AcctSvcrRef') ?? entry.text('NtryRef')) ?? 'none',
    bookedOn: bookedOn ?? '1970-01-01',
    valueOn: entry.day('ValDt') ?? null,
    amountMinor,
    feeMinor: feeOf(entry, amountMinor, currency),
    category: 'other',
    endToEndId: null,
    providerReference: null,
    description: keptText(entry.text('AddtlNtryInf')),
  };
  const [only, ...others] = details;
  if (!only) return { isBooked, lines: [whole] };
  if (others.length === 0) return { isBooked, lines: [{ ...whole, ...referencesOf(only, whole) }] };
  const amounts = details.map((detail) => amountOf(detail, Math.sign(amountMinor), currency));
  // A batch whose parts the bank does not price is one line: the sum is all that is known.
  if (amounts.some((amount) => amount === undefined)) return { isBooked, lines: [whole] };
  const sum = amounts.reduce<number>((total, amount) => total + (amount ?? 0), 0);
  if (sum !== amountMinor)
    throw fileFault(
      'batch_differs',
      `Its ${details.length} transactions sum to ${sum}, not ${amountMinor}.`,
      entry.fileLine,
      'Ntry',
    );
  return {
    isBooked,
    lines: details.map((detail, index) => ({
      ...whole,
      fileLine: detail.fileLine,
      amountMinor: amounts[index] ?? 0,
      feeMinor: 0,
      ...referencesOf(detail, whole),
      reference: keptReference(detail.text('Refs/AcctSvcrRef')) ?? partOf(whole.reference, index),
    })),
  };
}

const partOf = (reference: string, index: number): string => `${reference}/${index + 1}`.slice(-140);

/** What the parts of a batch are worth: said directly since 2019, before that among the amount details. */
function amountOf(detail: Fields, sign: number, currency: string): number | undefined {
  const name = detail.has('Amt') ? 'Amt' : 'AmtDtls/TxAmt/Amt';
  if (!detail.has(name)) return undefined;
  return (detail.has('CdtDbtInd') ? detail.sign() : sign) * detail.amount(name, currency);
}

/** Charges that the bank took out of the amount before it booked the rest. */
function feeOf(entry: Fields, amountMinor: number, currency: string): number {
  const included = entry.texts('Chrgs/Rcrd/ChrgInclInd');
  const records = entry.amounts('Chrgs/Rcrd/Amt', currency);
  if (included.length > 0 && included.length === records.length)
    return records.reduce((sum, charge, index) => sum + (included[index] === 'true' ? charge : 0), 0);
  const charges = entry.amounts('Chrgs/Amt', currency).reduce((sum, charge) => sum + charge, 0);
  if (charges === 0 || !entry.has('AmtDtls/InstdAmt/Amt')) return 0;
  // Without a word on it they were taken out exactly when the amount that was ordered is larger by them.
  return Math.sign(amountMinor) * entry.amount('AmtDtls/InstdAmt/Amt', currency) === amountMinor + charges
    ? charges
    : 0;
}

function referencesOf(detail: Fields, whole: StatementLine): Partial<StatementLine> {
  const given = detail.text('Refs/EndToEndId');
  const remittance = [...detail.texts('RmtInf/Strd/CdtrRefInf/Ref'), ...detail.texts('RmtInf/Ustrd')].join(' ');
  return {
    endToEndId: given === 'NOTPROVIDED' ? null : keptReference(given),
    providerReference: keptReference(
      detail.text('RmtInf/Strd/CdtrRefInf/Ref') ?? detail.text('Refs/TxId') ?? detail.text('Refs/InstrId'),
    ),
    description: keptText(remittance) ?? whole.description,
  };
}
