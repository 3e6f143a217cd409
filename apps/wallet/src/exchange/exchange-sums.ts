import { assertMinor } from '@florin/kernel';
import { exponentOf } from './minor-units';

/** A stored rate: so many of the quote currency for one of the base, as an exact decimal such as `1.0843`. */
export interface Rate {
  rate: string;
  /** The rate is of the other direction: one of what is asked for costs so many of what is given. */
  inverted: boolean;
}

export interface Pair {
  from: string;
  to: string;
}

const wholeBps = 10_000n;

/**
 * What `fromMinor` buys, in minor units of the other currency: amount × rate × (1 − spread), rounded once, half to even on the
 * minor unit (ISO 4217 exponent), and never more than the stored rate alone would give. So no round of exchanges at one rate
 * ever gains, however small the amounts: rounding alone could double a single yen.
 */
export function bought(fromMinor: number, pair: Pair, rate: Rate, spreadBps: number): number {
  const fair = ratio(fromMinor, pair, rate);
  const rounded = halfEven(fair.over * (wholeBps - BigInt(spreadBps)), fair.under * wholeBps);
  return minor(least(rounded, fair.over / fair.under));
}

/** What `toMinor` costs: the same sum the other way round, and never less than the stored rate alone would ask. */
export function cost(toMinor: number, pair: Pair, rate: Rate, spreadBps: number): number {
  const fair = ratio(toMinor, { from: pair.to, to: pair.from }, { ...rate, inverted: !rate.inverted });
  const rounded = halfEven(fair.over * wholeBps, fair.under * (wholeBps - BigInt(spreadBps)));
  return minor(most(rounded, ceiling(fair.over, fair.under)));
}

/** The exact worth of an amount in the other currency's minor units, as a fraction. */
function ratio(amountMinor: number, { from, to }: Pair, { rate, inverted }: Rate): { over: bigint; under: bigint } {
  const { digits, scale } = decimal(rate);
  const shift = exponentOf(to) - exponentOf(from);
  const amount = BigInt(amountMinor);
  const [over, under] = inverted ? [amount * scale, digits] : [amount * digits, scale];
  return shift >= 0 ? { over: over * 10n ** BigInt(shift), under } : { over, under: under * 10n ** BigInt(-shift) };
}

/** `1.0843` as 10843 over 10000. */
function decimal(text: string): { digits: bigint; scale: bigint } {
  const [whole = '', fraction = ''] = text.split('.');
  return { digits: BigInt(whole + fraction), scale: 10n ** BigInt(fraction.length) };
}

/** IEEE 754 roundTiesToEven of a fraction of positive numbers. */
function halfEven(over: bigint, under: bigint): bigint {
  const floor = over / under;
  const twice = (over % under) * 2n;
  const isUp = twice === under ? floor % 2n !== 0n : twice > under;
  return isUp ? floor + 1n : floor;
}

const ceiling = (over: bigint, under: bigint): bigint => (over + under - 1n) / under;
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Infinity for what is too large to count exactly, so that whoever asks refuses it. */
const minor = (amount: bigint): number =>
  amount > BigInt(Number.MAX_SAFE_INTEGER) ? Infinity : assertMinor(Number(amount));
