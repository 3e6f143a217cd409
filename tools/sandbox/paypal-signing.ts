import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** RSA as PayPal's certificates have it. */
const modulusLength = 2_048;

/** Signs webhooks as PayPal does, with a key of its own that it serves at an address of its own. */
export class PaypalSigner {
  readonly certificateId = `CERT-${randomUUID()}`;
  readonly publicPem: string;
  private readonly privateKey: string;

  constructor() {
    const pair = generateKeyPairSync('rsa', {
      modulusLength,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    this.publicPem = pair.publicKey;
    this.privateKey = pair.privateKey;
  }

  /** The headers of one transmission: `<id>|<time>|<webhook id>|<CRC-32 of the body>` under RSA with SHA-256. */
  headers(body: string, webhookId: string, certificateUrl: string, at = new Date()): Record<string, string> {
    const [id, time] = [randomUUID(), at.toISOString()];
    const signed = Buffer.from(`${id}|${time}|${webhookId}|${crc32(body)}`);
    return {
      'paypal-transmission-id': id,
      'paypal-transmission-time': time,
      'paypal-transmission-sig': sign('sha256', signed, this.privateKey).toString('base64'),
      'paypal-auth-algo': 'SHA256withRSA',
      'paypal-cert-url': certificateUrl,
    };
  }
}
