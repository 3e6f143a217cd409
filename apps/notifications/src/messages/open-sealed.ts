import { compactDecrypt } from 'jose';

/** Opens what auth sealed (JWE, direct encryption with A256GCM). Throws when it was sealed with another key. */
export async function openSealed(sealed: string, key: string): Promise<string> {
  const { plaintext } = await compactDecrypt(sealed, Buffer.from(key, 'base64url'), {
    keyManagementAlgorithms: ['dir'],
    contentEncryptionAlgorithms: ['A256GCM'],
  });
  return Buffer.from(plaintext).toString('utf8');
}
