import { createHmac, timingSafeEqual } from 'node:crypto';
import { Refusal } from '@florin/kernel';

/** A signature older than this is a replay (the default of https://docs.stripe.com/webhooks#verify-manually). */
const toleranceSeconds = 300;

/**
 * Checks `Stripe-Signature: t=<seconds>,v1=<hex HMAC-SHA256 of "t.body">` over the bytes that arrived.
 * Refuses with 401 `webhook_signature_invalid`; never says which part was wrong.
 */
export function verifySignature(header: string | undefined, body: Buffer, secret: string, nowSeconds: number): void {
  const parts = (header ?? '').split(',').map((part) => part.split('=', 2) as [string, string | undefined]);
  const at = Number(parts.find(([name]) => name === 't')?.[1]);
  const expected = createHmac('sha256', secret).update(`${at}.`).update(body).digest();
  const matches = parts.some(([name, value]) => name === 'v1' && equal(expected, value));
  if (!Number.isFinite(at) || Math.abs(nowSeconds - at) > toleranceSeconds || !matches) {
    throw new Refusal(
      'unauthenticated',
      'webhook_signature_invalid',
      'The webhook is not signed by the processor, or is too old.',
    );
  }
}

function equal(expected: Buffer, hex: string | undefined): boolean {
  const given = Buffer.from(hex ?? '', 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
