import { createHash } from 'node:crypto';
import { fromHeader } from '@florin/http';
import { Refusal } from '@florin/kernel';

/** Long enough that nobody guesses it; the client makes it and keeps it, we keep only its hash. */
const keyPattern = /^[\x21-\x7e]{32,128}$/;

/** SHA-256 of the X-Cart-Key header, by which a guest owns a cart. Refuses 400 `cart_key_required` without a good one. */
export const GuestKeyHash = fromHeader(
  {
    name: 'X-Cart-Key',
    required: true,
    description: "What makes a guest's cart theirs: random visible characters, made and kept by the client.",
    minLength: 32,
    maxLength: 128,
  },
  (key) => {
    if (typeof key !== 'string' || !keyPattern.test(key)) {
      throw new Refusal(
        'invalid',
        'cart_key_required',
        'Send an X-Cart-Key header of 32 to 128 random visible characters.',
      );
    }
    return createHash('sha256').update(key).digest('hex');
  },
);
