/** Currencies that PayPal takes in whole units only (https://developer.paypal.com/reference/currency-codes). */
const whole: ReadonlySet<string> = new Set(['HUF', 'JPY', 'TWD']);

/** Currencies whose minor unit is no hundredth (ISO 4217, list one). A runtime's own idea of them differs: it says how people write prices. */
const none: ReadonlySet<string> = new Set('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' '));
const three: ReadonlySet<string> = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));

/** How many decimals a currency's minor unit has. */
function decimalsOf(currency: string): number {
  return none.has(currency) ? 0 : three.has(currency) ? 3 : 2;
}

/**
 * Minor units as PayPal writes amounts: 1050 EUR → "10.50", 500 JPY → "500". Exact, by digits and not by division.
 * Nothing for what PayPal cannot express, such as half a forint.
 */
export function toDecimal(amountMinor: number, currency: string): string | undefined {
  const decimals = decimalsOf(currency);
  const digits = String(amountMinor).padStart(decimals + 1, '0');
  const units = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals);
  if (!whole.has(currency)) return decimals === 0 ? units : `${units}.${fraction}`;
  return /[1-9]/.test(fraction) ? undefined : units;
}

/** The other way; nothing when it is no amount of the currency. */
export function fromDecimal(value: string, currency: string): number | undefined {
  const decimals = decimalsOf(currency);
  const [, units, fraction = ''] = /^(\d{1,15})(?:\.(\d{1,3}))?$/.exec(value) ?? [];
  if (units === undefined || /[1-9]/.test(fraction.slice(decimals))) return undefined;
  const minor = Number(units + fraction.slice(0, decimals).padEnd(decimals, '0'));
  return Number.isSafeInteger(minor) ? minor : undefined;
}
