import type { OpenLine } from './match';

/** Words of a description that could be somebody's reference: long enough, and with a digit in them. */
const word = /[A-Za-z0-9][A-Za-z0-9_-]{7,63}/g;
const mostWords = 12;

/** The texts by which a line may name what it is about, the surest first: ids in their own fields, then words of the description. */
export function textsOf({ providerReference, endToEndId, reference, description }: OpenLine): string[] {
  const words = (description?.match(word) ?? []).filter((text) => /\d/.test(text)).slice(0, mostWords);
  return [...new Set([providerReference, endToEndId, reference, ...words])].filter((text) => text !== null);
}

export const namesIn = (line: OpenLine): string[] => [...new Set(textsOf(line).map(normal))];

/** Statements put ids in capitals and take dashes out of them. */
export const normal = (reference: string): string => reference.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
