import { BlockList, isIP } from 'node:net';

/** Networks that are nobody's alone: this machine, private ranges, carrier-grade NAT (RFC 1918, 4193, 4291, 6598). */
const privateRanges = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fc00::/7',
  'fe80::/10',
];

/** The finest networks that can be compared: of an address no more than its /24 or /48 is kept. */
export const finestBits = { 4: 24, 6: 48 } as const;
export const coarsestBits = { 4: 8, 6: 16 } as const;

/** Whether the text is an address, or a network that is neither finer than what is kept nor absurdly wide. */
export function isListable(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if ((version !== 4 && version !== 6) || rest.length > 0) return false;
  if (bits === undefined) return true;
  return /^\d{1,2}$/.test(bits) && Number(bits) >= coarsestBits[version] && Number(bits) <= finestBits[version];
}

/** An address as it is kept: its keyed hash and its network. */
export interface KeptAddress {
  key: string;
  prefix: string;
}

/** Single addresses by their keys, networks as they are. */
export class AddressList {
  private readonly keys: ReadonlySet<string>;
  private readonly networks = new BlockList();

  /** Takes addresses and networks, and how an address is hashed. */
  constructor(entries: readonly string[], keyOf: (address: string) => string) {
    this.keys = new Set(entries.filter((entry) => !entry.includes('/')).map(keyOf));
    for (const entry of entries.filter((each) => each.includes('/'))) {
      const [address = '', bits] = entry.split('/');
      this.networks.addSubnet(address, Number(bits), familyOf(address));
    }
  }

  has({ key, prefix }: KeptAddress): boolean {
    return this.keys.has(key) || contains(this.networks, prefix);
  }
}

const known = new WeakMap<readonly string[], AddressList>();

/** The list of these entries, made once however many payments are compared with it. */
export function listOf(entries: readonly string[], keyOf: (address: string) => string): AddressList {
  const list = known.get(entries) ?? new AddressList(entries, keyOf);
  known.set(entries, list);
  return list;
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** A network holds a finer one when it holds its first address. */
function contains(networks: BlockList, prefix: string): boolean {
  const [address = ''] = prefix.split('/');
  return isIP(address) !== 0 && networks.check(address, familyOf(address));
}

const privateNetworks = new AddressList(privateRanges, (address) => address);

/** Whether many people may stand behind the address by its nature; an IPv6 network of zeros is this machine. */
export function isPrivate(address: KeptAddress): boolean {
  return address.prefix === '0:0:0::/48' || privateNetworks.has(address);
}
