import { createHmac } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { clientAddressOf, limitedAddress } from './client-address';

/** Where a request comes from, as it came: personal data, which is sealed before it is kept, said or logged. */
export interface OpenOrigin {
  address: string;
  userAgent: string | undefined;
  /** ISO 3166-1 alpha-2, only when one of our own proxies told it (CLIENT_COUNTRY_HEADER). */
  country: string | undefined;
}

/** The same, fit to be kept: equal addresses have equal keys, and nobody without the secret can tell which address. */
export interface SealedOrigin {
  addressKey: string;
  /** The network of the address: /24 of an IPv4, /48 of an IPv6 address. */
  addressPrefix: string;
  deviceKey?: string;
  country?: string;
}

/** Hexadecimal digits kept of a keyed hash: 128 bits never meet by chance. */
const keyLength = 32;

/** Where the country stands that a trusted proxy told; written by the edge. */
export const clientCountryKey = Symbol('florin.clientCountry');

/** `@RequestOrigin() origin: OpenOrigin`: where the request comes from, as far as our own proxies let it be known. */
export const RequestOrigin = createParamDecorator((_: unknown, context: ExecutionContext): OpenOrigin => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return {
    address: clientAddressOf(request),
    userAgent: request.headers['user-agent'],
    country: (request as { [clientCountryKey]?: string })[clientCountryKey],
  };
});

/** Hashes what could name a person, under a secret that all services share (HMAC-SHA-256, RFC 2104). */
export function sealOrigin({ address, userAgent, country }: OpenOrigin, secret: string): SealedOrigin {
  return {
    addressKey: addressKeyOf(address, secret),
    addressPrefix: addressPrefixOf(address),
    ...(userAgent !== undefined && { deviceKey: sealed(`device:${userAgent}`, secret) }),
    ...(country !== undefined && { country }),
  };
}

/** The key of one address. An IPv6 customer is given a /64 as a whole, so that counts as one. */
export function addressKeyOf(address: string, secret: string): string {
  return sealed(`address:${limitedAddress(address)}`, secret);
}

/** A keyed hash of something that must be compared and never read. Start it with what it is. */
export function sealed(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('hex').slice(0, keyLength);
}

/** The network that an address belongs to, coarse enough to be kept. */
export function addressPrefixOf(address: string): string {
  if (isIPv4(address)) return `${address.split('.').slice(0, 3).join('.')}.0/24`;
  const groups = limitedAddress(address).split('::')[0]?.split(':').slice(0, 3) ?? [];
  return `${groups.join(':')}::/48`;
}
