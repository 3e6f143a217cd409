import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { Refusal } from '@florin/kernel';

/** Addresses that are not the public internet: a merchant must not make us call our own network (RFC 6890). */
const inside = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  inside.addSubnet(net, prefix, 'ipv4');
}
for (const [net, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  inside.addSubnet(net, prefix, 'ipv6');
}

export function isInside(address: string): boolean {
  return inside.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** Refuses an address that is no https URL with a host; http and this machine are allowed in a local run only. */
export function requireEndpointUrl(text: string, isLocalRun: boolean): void {
  const fault = (code: string, detail: string) => Refusal.field('unprocessable', 'url', code, detail);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.username !== '' || url.password !== '')
    throw fault('url_invalid', 'Give an https address without credentials.');
  if (url.protocol !== 'https:' && !(isLocalRun && url.protocol === 'http:'))
    throw fault('url_not_https', 'A webhook endpoint needs https.');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!isLocalRun && (host === 'localhost' || (isIP(host) > 0 && isInside(host))))
    throw fault('url_not_public', 'This address is not on the public internet.');
}

/** Resolves a host to an address that may be called; checked at every call, because names can be pointed elsewhere later. */
export async function publicAddressOf(host: string, isLocalRun: boolean): Promise<{ address: string; family: number }> {
  const found = await lookup(host);
  if (!isLocalRun && isInside(found.address)) throw new Error('the endpoint resolves to an address that is not public');
  return found;
}
