import { createHmac } from 'node:crypto';

/** The header a receiver verifies: Stripe's scheme, HMAC-SHA256 over `timestamp.body`, in hex. */
export function signatureHeader(body: string, secret: string, timestampSeconds: number): string {
  const signature = createHmac('sha256', secret).update(`${timestampSeconds}.${body}`).digest('hex');
  return `t=${timestampSeconds},v1=${signature}`;
}
