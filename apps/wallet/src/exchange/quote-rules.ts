import type { Quote } from './exchange.repository';

/** Why the quote does not stand any more, or nothing. */
export function quoteNo(quote: Quote, now: Date): { code: string; reason: string } | undefined {
  if (quote.usedFor !== null) return { code: 'quote_used', reason: 'This quote has been used.' };
  if (quote.expiresAt <= now) return { code: 'quote_expired', reason: 'This quote is over: ask for another.' };
  return undefined;
}
