import { isId } from '@florin/kernel';
import { maxMetadataBytes, maxPostings, maxTextLength } from './types';
import type { AccountInput, Command, HoldChoice, PostingInput } from './types';

/** Says what is wrong with the shape of a command, or nothing. Needs no database: an ill-formed input claims no key and takes no lock. */
export function faultOf(command: Command): string | undefined {
  const explanation = command.operation === 'void' ? undefined : command.input;
  return textFault('key', command.input.key) ?? partsFault(command) ?? (explanation && explanationFault(explanation));
}

/** Says what is wrong with an account to open, or nothing. */
export function accountFault(account: AccountInput): string | undefined {
  return textFault('code', account.code) ?? textFault('asset', account.asset);
}

function partsFault(command: Command): string | undefined {
  switch (command.operation) {
    case 'post':
      return (
        textFault('kind', command.input.kind) ??
        postingsFault(command.input.postings, 2) ??
        dateFault(command.input.effectiveAt)
      );
    case 'hold':
      return (
        textFault('account', command.input.account) ??
        amountFault(command.input.amountMinor) ??
        dateFault(command.input.expiresAt)
      );
    case 'capture':
      return (
        choiceFault(command.input) ??
        amountFault(command.input.amountMinor) ??
        postingsFault(command.input.postings, 1) ??
        dateFault(command.input.effectiveAt)
      );
    case 'void':
      return choiceFault(command.input);
    case 'reverse':
      if (!isId(command.input.journalId)) return 'journalId is not a UUID';
      return command.input.effectiveAt === 'original' ? undefined : dateFault(command.input.effectiveAt);
  }
}

function textFault(name: string, text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length === 0) return `${name} is missing`;
  if (text.length > maxTextLength) return `${name} is longer than ${maxTextLength} characters`;
  // PostgreSQL text holds neither U+0000 nor half a surrogate pair: one such input would fail its whole set.
  return text.includes('\u0000') || /\p{Surrogate}/u.test(text) ? `${name} is not valid text` : undefined;
}

function amountFault(amount: unknown): string | undefined {
  return Number.isSafeInteger(amount) && (amount as number) > 0
    ? undefined
    : 'the amount must be a whole number of minor units above zero';
}

function postingsFault(postings: PostingInput[], fewest: number): string | undefined {
  if (!Array.isArray(postings) || postings.length < fewest) return `a journal needs at least ${fewest} postings here`;
  if (postings.length > maxPostings) return `a journal has at most ${maxPostings} postings`;
  for (const posting of postings) {
    const fault = textFault('account', posting.account);
    if (fault !== undefined) return fault;
    if (!Number.isSafeInteger(posting.amountMinor) || posting.amountMinor === 0) {
      return 'a posting must be a whole number of minor units and not zero';
    }
  }
  return undefined;
}

function dateFault(date: Date | undefined): string | undefined {
  if (date === undefined) return undefined;
  const year = date instanceof Date ? date.getUTCFullYear() : Number.NaN;
  return year >= 1900 && year <= 9999 ? undefined : 'not a date between the years 1900 and 9999';
}

function choiceFault(choice: HoldChoice): string | undefined {
  if (choice.holdId !== undefined) return isId(choice.holdId) ? undefined : 'holdId is not a UUID';
  return textFault('holdKey', choice.holdKey);
}

function explanationFault(input: {
  reference?: string;
  kind?: string;
  metadata?: Record<string, unknown>;
}): string | undefined {
  return (
    (input.reference === undefined ? undefined : textFault('reference', input.reference)) ??
    (input.kind === undefined ? undefined : textFault('kind', input.kind)) ??
    (input.metadata === undefined ? undefined : metadataFault(input.metadata))
  );
}

function metadataFault(metadata: Record<string, unknown>): string | undefined {
  if (metadata === null || typeof metadata !== 'object' || Array.isArray(metadata)) return 'metadata is not an object';
  const json = JSON.stringify(metadata);
  if (Buffer.byteLength(json) > maxMetadataBytes) return `metadata is larger than ${maxMetadataBytes} bytes`;
  return /\\u(0000|d[89a-f])/i.test(json) ? 'metadata is not valid text' : undefined;
}
