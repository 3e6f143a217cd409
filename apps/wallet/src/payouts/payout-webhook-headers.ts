import { fromHeader } from '@florin/http';

/** How the provider names and signs what it tells; checked by its adapter. */
export const Signature = fromHeader(
  { name: 'X-Signature', required: true, description: 'Hex HMAC-SHA256 over the bytes of the body.' },
  (value) => value,
);
export const EventId = fromHeader(
  { name: 'X-Webhook-ID', required: true, description: 'Each event counts once.', maxLength: 200 },
  (value) => value,
);
export const Topic = fromHeader(
  { name: 'X-Topic', required: false, description: '`payment_order`; others are kept and ignored.' },
  (value) => value,
);
