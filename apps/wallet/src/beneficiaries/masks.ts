/** What a person may see of an IBAN: country, and the last four characters. */
export const maskedIban = (iban: string): string => `${iban.slice(0, 2)}•• •••• ${iban.slice(-4)}`;

/** What a person may see of a holder: how each word begins. */
export const maskedHolder = (holder: string): string =>
  holder
    .trim()
    .split(/\s+/)
    .map((word) => `${[...word][0] ?? ''}•••`)
    .join(' ');

/** As banks compare them: no spaces or hyphens, capitals. */
export const plainIban = (iban: string): string => iban.replace(/[\s-]/g, '').toUpperCase();
