/** Digits after the decimal point of currencies that do not have two (ISO 4217, minor unit). */
const withoutDecimals = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' ');
const withThree = 'BHD IQD JOD KWD LYD OMR TND'.split(' ');
const minorDigits: ReadonlyMap<string, number> = new Map([
  ...withoutDecimals.map((code) => [code, 0] as const),
  ...withThree.map((code) => [code, 3] as const),
]);

export const minorDigitsOf = (currency: string): number => minorDigits.get(currency) ?? 2;

export interface AmountFormat {
  currency: string;
  decimal: '.' | ',';
  /** Amounts are whole minor units already. */
  inMinor?: boolean;
}

/**
 * Reads a decimal amount exactly into minor units: `-1.234,50` with a decimal comma is -123450 of EUR. Grouping marks (the other
 * mark, spaces, apostrophes) must stand between groups of three. Gives undefined for anything else, and for what no number keeps exact.
 */
export function readAmount(text: string, { currency, decimal, inMinor = false }: AmountFormat): number | undefined {
  const plain = text
    .trim()
    .replace(/^\((.*)\)$/, '-$1')
    .replace('−', '-');
  const group = decimal === '.' ? "[,' \u00a0\u202f]" : "[.' \u00a0\u202f]";
  const pattern = new RegExp(
    `^([+-]?)(\\d{1,3}(?:${group}\\d{3})+|\\d+)(?:${decimal === '.' ? '\\.' : ','}(\\d+))?([+-]?)$`,
  );
  const [, before = '', whole = '', fraction = '', after = ''] = pattern.exec(plain) ?? [];
  if (whole === '' || (before !== '' && after !== '')) return undefined;
  const digits = inMinor ? 0 : minorDigitsOf(currency);
  if (/[1-9]/.test(fraction.slice(digits))) return undefined;
  const minor = Number(whole.replace(/\D/g, '') + fraction.slice(0, digits).padEnd(digits, '0'));
  if (!Number.isSafeInteger(minor)) return undefined;
  return before === '-' || after === '-' ? 0 - minor : minor;
}

/** Minor units as a decimal number with a point: 1050 of EUR is `10.50`. */
export function writeAmount(minor: number, currency: string): string {
  const digits = minorDigitsOf(currency);
  const text = String(Math.abs(minor)).padStart(digits + 1, '0');
  const sign = minor < 0 ? '-' : '';
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
