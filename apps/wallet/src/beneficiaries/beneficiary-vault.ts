import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { present } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { WalletConfig } from '../config';

const ivBytes = 12;
const tagBytes = 16;
const keyBytes = 32;

/** Where the money goes. Never leaves the vault but for the provider. */
export interface PayoutDetails {
  holder: string;
  iban: string;
}

/**
 * Seals holder and IBAN: AES-256-GCM under a key of their own, which is sealed under the named key of the configuration
 * (`<key id>.<sealed key>.<sealed details>`). A new first key seals what is new; older ones still open what they sealed.
 * The id of the row is part of what is authenticated, so a text that is moved to another row opens nowhere.
 */
@Injectable()
export class BeneficiaryVault {
  private readonly keys: ReadonlyMap<string, Buffer>;
  private readonly first: string;

  constructor(config: WalletConfig) {
    const pairs = config.PAYOUT_DATA_KEYS.split(',').map((pair) => pair.trim().split(':', 2));
    this.keys = new Map(pairs.map(([id = '', key = '']) => [id, Buffer.from(key, 'base64url')]));
    this.first = present(pairs[0]?.[0], 'a vault has a key');
  }

  seal(rowId: string, details: PayoutDetails): string {
    const own = randomBytes(keyBytes);
    const sealedKey = seal(this.key(this.first), own, rowId);
    return `${this.first}.${sealedKey}.${seal(own, Buffer.from(JSON.stringify(details)), rowId)}`;
  }

  /** Throws when the text was changed, belongs to another row, or its key is not configured any more. */
  open(rowId: string, sealed: string): PayoutDetails {
    const [keyId = '', sealedKey = '', text = ''] = sealed.split('.');
    const own = open(this.key(keyId), sealedKey, rowId);
    return JSON.parse(open(own, text, rowId).toString('utf8')) as PayoutDetails;
  }

  /** The same for the same account of the same owner, and nothing to anybody without the key. */
  fingerprint(owner: string, iban: string): string {
    return createHmac('sha256', this.key(this.first)).update(`${owner}:${iban}`).digest('base64url');
  }

  private key(id: string): Buffer {
    return present(this.keys.get(id), `the key ${id} of sealed beneficiaries is in PAYOUT_DATA_KEYS`);
  }
}

function seal(key: Buffer, text: Buffer, rowId: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(rowId));
  const sealed = Buffer.concat([cipher.update(text), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
}

function open(key: Buffer, sealed: string, rowId: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes)).setAAD(Buffer.from(rowId));
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]);
}
