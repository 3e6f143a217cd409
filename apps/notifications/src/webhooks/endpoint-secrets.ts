import { Injectable } from '@nestjs/common';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { NotificationsConfig } from '../config';

const ivBytes = 12;
const tagBytes = 16;

/** Secrets of endpoints: made here, shown once, kept encrypted (AES-256-GCM: iv, tag, ciphertext in base64url). */
@Injectable()
export class EndpointSecrets {
  private readonly key: Buffer;

  constructor(config: NotificationsConfig) {
    this.key = Buffer.from(config.DATA_KEY, 'base64url');
  }

  /** As Standard Webhooks writes them: `whsec_` and 24 bytes in base64. */
  fresh(): string {
    return `whsec_${randomBytes(24).toString('base64')}`;
  }

  seal(secret: string): string {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv);
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  open(sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, ivBytes));
    decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString('utf8');
  }
}
