import { createHash } from 'node:crypto';
import { mentionsCard } from '@florin/kernel';
import { longestDescription, longestReference } from './statement-line';

/** Control characters, and halves of surrogate pairs, which no database keeps. */
const unkept = /[\p{Cc}\p{Cs}]+/gu;

/** Free text as it may be kept: in one line, bounded, and without a card number, of which none may ever be stored. */
export function keptText(text: string | undefined): string | null {
  const plain = cleaned(text).slice(0, longestDescription);
  if (plain === '') return null;
  return mentionsCard(plain) ? '[held a card number]' : plain;
}

/** A reference as it may be kept. One that reads like a card number is kept as its hash, which still knows it again. */
export function keptReference(text: string | undefined): string | null {
  const plain = cleaned(text);
  if (plain === '') return null;
  const isKept = plain.length <= longestReference && !mentionsCard(plain);
  return isKept ? plain : `sha256-${createHash('sha256').update(plain).digest('hex')}`;
}

const cleaned = (text: string | undefined): string => (text ?? '').replace(unkept, ' ').trim();
