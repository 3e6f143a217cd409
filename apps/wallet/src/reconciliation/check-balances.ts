import { writeAmount } from './decimal-amounts';
import { fileFault, type ParsedStatement } from './statement-line';

/**
 * The lines must explain how the opening balance became the closing one. When they do not, a line that would explain the difference by
 * being doubled, missing its opposite, or turned round is named; else the closing balance is.
 */
export function checkBalances({ opening, closing, lines }: ParsedStatement, currency: string): void {
  if (!opening || !closing) return;
  const sum = lines.reduce((total, { amountMinor }) => total + amountMinor, 0);
  const difference = opening.amountMinor + sum - closing.amountMinor;
  if (difference === 0) return;
  const suspect =
    lines.find(({ amountMinor }) => amountMinor === difference) ??
    lines.find(({ amountMinor }) => 2 * amountMinor === difference);
  const hint =
    suspect === undefined
      ? ''
      : ` The line of ${writeAmount(suspect.amountMinor, currency)} would explain it, if it is ${suspect.amountMinor === difference ? 'too much' : 'of the wrong sign'}.`;
  throw fileFault(
    'balance_unexplained',
    `${writeAmount(opening.amountMinor, currency)} and lines of ${writeAmount(sum, currency)} do not make ${writeAmount(closing.amountMinor, currency)}: off by ${writeAmount(difference, currency)}.${hint}`,
    suspect?.fileLine ?? closing.fileLine,
  );
}
