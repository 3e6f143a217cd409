import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { minuteMs, Refusal } from '@florin/kernel';
import { request } from 'undici';
import type { IncomingWebhook } from './card-processor';

export interface CertificateOptions {
  /** Certificates from anywhere else would let anybody sign. */
  certificatesOrigin: string;
  timeoutMs: number;
}

/** A signature that is older or younger than this is a replay. PayPal gives no figure; it is that of the other processor. */
const toleranceMs = 5 * minuteMs;
/** PayPal uses a few certificates at a time; more than this is somebody else's doing. */
const mostCertificates = 20;

/**
 * Checks what PayPal signs (https://developer.paypal.com/api/rest/webhooks/rest/#verify-by-self): RSA with SHA-256 over
 * `<transmission id>|<time>|<webhook id>|<CRC-32 of the body, decimal>`, by a certificate of theirs that the message names.
 */
export class PaypalCertificates {
  private readonly keys = new Map<string, KeyObject>();

  constructor(private readonly options: CertificateOptions) {}

  /** Refuses with 401 `webhook_signature_invalid`; never says which part was wrong. */
  async verify({ body, headers, at }: IncomingWebhook, webhookId: string): Promise<void> {
    const header = (name: string) => textOf(headers[`paypal-${name}`]);
    const [id, time, signature] = [header('transmission-id'), header('transmission-time'), header('transmission-sig')];
    const sentAt = Date.parse(time);
    const isFresh = Number.isFinite(sentAt) && Math.abs(at.getTime() - sentAt) <= toleranceMs;
    if (id === '' || signature === '' || !isFresh || header('auth-algo') !== 'SHA256withRSA') throw invalid();
    const key = await this.keyAt(header('cert-url'));
    const signed = Buffer.from(`${id}|${time}|${webhookId}|${crc32(body)}`);
    if (!key || !verify('sha256', signed, key, Buffer.from(signature, 'base64'))) throw invalid();
  }

  /** The key behind an address of theirs. What cannot be fetched now is no forgery: whoever sent it is told to come again. */
  private async keyAt(address: string): Promise<KeyObject | undefined> {
    const known = this.keys.get(address);
    if (known) return known;
    if (!URL.canParse(address) || new URL(address).origin !== this.options.certificatesOrigin) return undefined;
    const pem = await this.fetch(address);
    if (pem === undefined) return undefined;
    const key = readKey(pem);
    if (key?.asymmetricKeyType !== 'rsa') return undefined;
    if (this.keys.size >= mostCertificates) this.keys.clear();
    this.keys.set(address, key);
    return key;
  }

  private async fetch(address: string): Promise<string | undefined> {
    try {
      const reply = await request(address, { signal: AbortSignal.timeout(this.options.timeoutMs) });
      const text = await reply.body.text();
      if (reply.statusCode === 200) return text;
      if (reply.statusCode < 500) return undefined;
    } catch {
      // Told below, as for a server that answers with a fault.
    }
    throw new Refusal('unavailable', 'certificate_unavailable', 'The certificate of the signature cannot be had now.', {
      retryAfterSeconds: 5,
    });
  }
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}

const textOf = (value: string | string[] | undefined): string =>
  typeof value === 'string' && value.length <= 2_048 ? value : '';

const invalid = (): Refusal =>
  new Refusal(
    'unauthenticated',
    'webhook_signature_invalid',
    'The webhook is not signed by the processor, or is too old.',
  );
