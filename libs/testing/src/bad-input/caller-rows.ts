import { permissionsOf, roles, type Permission } from '@florin/access';
import { isId, newId } from '@florin/kernel';
import type { Answer } from '../http-client';
import { tokenFor } from '../tokens';
import { badTokens } from './forged-tokens';
import { shown } from './bad-bodies';
import { faultOf } from './judge';
import type { Operation } from './operations';
import type { BadRequest, Prober } from './prober';

/** No token, and every token that is not ours: 401 with the reason, on every route that is not public. */
export async function wrongTokens(prober: Prober): Promise<BadRequest[]> {
  const tokens = await badTokens(prober.owner);
  return closed(prober).flatMap((operation) =>
    tokens.map(({ what, token, code }) => ({ operation, what, token, verdict: { status: [401], code } })),
  );
}

/** Each role of the catalogue, and one that is not in it, on each route: 403 for exactly those without the permission. */
export async function wrongRoles(prober: Prober): Promise<{ refused: BadRequest[]; admitted: BadRequest[] }> {
  const refused: BadRequest[] = [];
  const admitted: BadRequest[] = [];
  for (const role of [...roles, 'nobody']) {
    const token = await tokenFor({ sub: newId(), roles: [role], merchants: [prober.target.merchantId] });
    for (const operation of closed(prober)) {
      const ask = {
        operation,
        what: `as ${role}`,
        token,
        segments: everywhere(operation, newId()),
        body: bodyOf(operation),
      };
      const verdict = { status: [403], code: 'permission_missing' };
      if (mayCall(role, operation)) admitted.push(ask);
      else refused.push({ ...ask, verdict });
    }
  }
  return { refused, admitted };
}

const mayCall = (role: string, { permissions }: Operation): boolean =>
  permissions.some((permission) => permissionsOf(role).has(permission as Permission));

/** What they may do should still do nothing. */
const bodyOf = ({ body }: Operation): unknown => (body ? { nobody_asked: 1 } : undefined);
const everywhere = ({ parameters }: Operation, id: string): Record<string, string> =>
  Object.fromEntries(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => [name, id]));

const closed = ({ operations }: Prober): Operation[] => operations.filter(({ isPublic }) => !isPublic);

/** Callers whose token is right and who are odd all the same, or claim in a header what the token does not say. */
export async function oddCallers(prober: Prober): Promise<BadRequest[]> {
  const platform = { roles: ['platform_admin'], merchants: '*' as const };
  const [anywhere, service, two] = await Promise.all([
    tokenFor(platform),
    tokenFor({ ...platform, sub: 'reporting', merchants: prober.owner.merchants, claims: { client_id: 'reporting' } }),
    tokenFor({ ...platform, merchants: [newId(), newId()] }),
  ]);
  const tooMuch = { status: [403], code: 'header_exceeds_token' };
  const callers: Omit<BadRequest, 'operation'>[] = [
    { what: 'staff of every merchant, none named', token: anywhere },
    { what: 'staff who name a word', token: anywhere, headers: { 'x-merchant-id': 'not-an-id' }, verdict: tooMuch },
    { what: 'staff who name SQL', token: anywhere, headers: { 'x-merchant-id': "' OR 1=1" }, verdict: tooMuch },
    { what: 'staff of two merchants, none named', token: two },
    { what: 'a service', token: service },
    { what: 'another X-User-Id', headers: { 'x-user-id': newId() }, verdict: tooMuch },
    { what: 'another X-User-Role', headers: { 'x-user-role': 'system' }, verdict: tooMuch },
  ];
  return closed(prober).flatMap((operation) => {
    const body = prober.goodBodyOf(operation);
    return callers.map((caller) => ({ operation, ...caller, ...(body !== undefined && { body }) }));
  });
}

/**
 * Somebody with every permission at another merchant: reads nothing of this one, changes nothing here, and cannot say that
 * they act for it. Gives what went wrong, one line each.
 */
export async function foreignMerchant(prober: Prober): Promise<string[]> {
  const { merchantId, ownerId } = prober.target;
  const callers = {
    'a stranger': { sub: newId(), roles: ['platform_admin'], merchants: [newId()] },
    'the owner at another merchant': { sub: ownerId ?? newId(), roles: ['platform_admin'], merchants: [newId()] },
  };
  const faults: string[] = [];
  for (const [who, caller] of Object.entries(callers)) {
    const token = await tokenFor(caller);
    // What is about a person, wherever they are, is theirs to read; what has an id belongs to one merchant.
    const aimed = closed(prober).filter(({ path }) => caller.sub !== ownerId || path.includes('{'));
    for (const operation of aimed) faults.push(...(await trespass(prober, operation, who, token)));
    const claimed = closed(prober).map((operation) => ({
      operation,
      what: `${who} says X-Merchant-Id`,
      token,
      headers: { 'x-merchant-id': merchantId },
      verdict: { status: [403], code: 'header_exceeds_token' },
    }));
    faults.push(...(await prober.faults(claimed)));
  }
  return faults;
}

async function trespass(prober: Prober, operation: Operation, who: string, token: string): Promise<string[]> {
  const { owned, target } = prober;
  const body = prober.goodBodyOf(operation);
  const ask = { operation, what: who, token, ...(body !== undefined && { body }) };
  const told = (what: string) => [`${operation.name} · ${who}: ${what}`];
  if (operation.method === 'GET' && operation.path.includes('{') && !(await isThere(prober, operation)))
    return told('what it reads is not there for its owner either; tell the table of it in `things`');
  const answer = await prober.send(ask);
  if (target.emptyForUnknown?.includes(operation.name)) {
    const nobody = newId();
    const unknown = await prober.send({ ...ask, segments: everywhere(operation, nobody) });
    const [thing = ''] = prober.thingsOf(operation);
    const same = textOf(unknown) === textOf(answer).replaceAll(thing, nobody);
    return same ? [] : told(`${shown(answer.body)} is not what an id of nobody gets`);
  }
  const aims = prober.thingsOf(operation).some(isId) || owned.some((id) => JSON.stringify(body ?? '').includes(id));
  const fault = faultOf(answer, !aims ? {} : body === undefined ? { status: [403, 404] } : { refused: true });
  if (fault !== undefined) return told(`${answer.status} ${shown(answer.body)}: ${fault}`);
  const shownIds = answer.status < 300 ? owned.filter((id) => textOf(answer).includes(id)) : [];
  return shownIds.length === 0 ? [] : told(`shows ${shownIds.join(', ')} of the merchant`);
}

const textOf = ({ body }: Answer<unknown>): string => JSON.stringify(body ?? '');

/** Without this a route that finds nothing for anybody would look well guarded. */
async function isThere(prober: Prober, operation: Operation): Promise<boolean> {
  return (await prober.send({ operation, what: '' })).status < 300;
}
