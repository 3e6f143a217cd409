import type { FastifyRequest } from 'fastify';
import { BlockList, isIP } from 'node:net';

/** Longest chain of proxies that is looked at; more is an attack on the parser. */
const longestChain = 20;
const cacheLimit = 10_000;

/** Which addresses are our own proxies, and so may say on whose behalf they speak. */
export class TrustedProxies {
  private readonly list = new BlockList();
  private readonly known = new Map<string, boolean>();

  /** Takes addresses and CIDR ranges, for example `10.0.0.0/8` and `::1`. Throws on anything else. */
  constructor(ranges: readonly string[]) {
    for (const range of ranges) {
      const [address = '', bits] = range.split('/');
      const version = isIP(address);
      if (version === 0) throw new Error(`TRUSTED_PROXIES holds ${range}, which is no address or CIDR range`);
      const family = version === 6 ? 'ipv6' : 'ipv4';
      if (bits === undefined) this.list.addAddress(address, family);
      else this.list.addSubnet(address, Number(bits), family);
    }
  }

  has(address: string): boolean {
    const cached = this.known.get(address);
    if (cached !== undefined) return cached;
    const version = isIP(address);
    const trusted = version !== 0 && this.list.check(address, version === 6 ? 'ipv6' : 'ipv4');
    if (this.known.size >= cacheLimit) this.known.clear();
    this.known.set(address, trusted);
    return trusted;
  }

  /**
   * The address of the client: the socket's, or, when the socket is one of our proxies, the last one in X-Forwarded-For that is
   * not. What a client wrote into that header itself stands further left and is never reached (CMP-AUTH-5).
   */
  clientOf(socketAddress: string | undefined, forwardedFor: string | string[] | undefined): string {
    let client = plain(socketAddress ?? '');
    if (forwardedFor === undefined || !this.has(client)) return client;
    const chain = String(forwardedFor).split(',');
    for (const hop of chain.slice(-longestChain).reverse()) {
      const address = plain(hop.trim());
      if (isIP(address) === 0) return client;
      client = address;
      if (!this.has(client)) return client;
    }
    return client;
  }
}

/** IPv4 addresses reach an IPv6 socket as ::ffff:1.2.3.4. */
export function plain(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/** What is limited: an IPv4 address, or the /64 that an IPv6 customer is given as a whole. */
export function limitedAddress(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: gap }, () => '0'), ...right].slice(0, 4);
  return `${groups.map((group) => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

/** Whether an address is this machine itself. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** Where the edge leaves the address; a property, because a WeakMap costs more than all the rest of the lookup. */
export const clientAddressKey = Symbol('florin.clientAddress');

/** The client's address, as far as TRUSTED_PROXIES lets it be known: for audit entries, lockouts and limits. */
export function clientAddressOf(request: FastifyRequest): string {
  return (request as { [clientAddressKey]?: string })[clientAddressKey] ?? plain(request.socket.remoteAddress ?? '');
}
