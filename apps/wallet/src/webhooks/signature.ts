import { fromHeader } from '@florin/http';

/** What the processor signed with; checked by verifySignature. */
export const Signature = fromHeader(
  {
    name: 'Stripe-Signature',
    required: true,
    description: '`t=<seconds>,v1=<hex HMAC-SHA256 of "t.body">`, over the bytes of the body.',
  },
  (signature) => signature,
);
