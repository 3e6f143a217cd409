import { fromHeader } from '@florin/http';

/** What a processor signed with; checked by its adapter. */
export const StripeSignature = fromHeader(
  {
    name: 'Stripe-Signature',
    required: true,
    description: '`t=<seconds>,v1=<hex HMAC-SHA256 of "t.body">`, over the bytes of the body.',
  },
  (signature) => signature,
);

export const PaypalSignature = fromHeader(
  {
    name: 'PayPal-Transmission-Sig',
    required: true,
    description:
      'RSA with SHA-256, in base64, over `<PayPal-Transmission-Id>|<PayPal-Transmission-Time>|<webhook id>|<CRC-32 of the body>`, by the certificate at PayPal-Cert-Url.',
  },
  (signature) => signature,
);
