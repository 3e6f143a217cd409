import type { IncomingHttpHeaders } from 'node:http';
import { isId, Refusal } from '@florin/kernel';
import { Caller } from './caller';

/**
 * Applies X-User-Id, X-User-Role and X-Merchant-Id (GW-06 to GW-08). They can only take away from what the verified token
 * says; a header that claims more is refused with 403, because it is either an attack or a gateway that lies.
 */
export function narrow(caller: Caller, headers: IncomingHttpHeaders): Caller {
  const userId = headers['x-user-id'];
  const role = headers['x-user-role'];
  const merchantId = headers['x-merchant-id'];
  if (userId === undefined && role === undefined && merchantId === undefined) return caller;
  if (userId !== undefined && userId !== caller.subject) throw claimsMore('X-User-Id');
  if (role !== undefined && !(typeof role === 'string' && caller.roles.includes(role))) throw claimsMore('X-User-Role');
  if (
    merchantId !== undefined &&
    !(typeof merchantId === 'string' && isNameable(caller, merchantId) && caller.mayActFor(merchantId))
  ) {
    throw claimsMore('X-Merchant-Id');
  }
  if (merchantId === caller.merchantInForce && role === undefined) return caller;
  return new Caller({
    ...caller,
    roles: role === undefined ? caller.roles : [role],
    merchantInForce: merchantId ?? caller.merchantInForce,
  });
}

/** Staff of '*' may name any merchant, but it ends up in queries and logs: only what can be the id of one. */
function isNameable(caller: Caller, merchantId: string): boolean {
  return caller.merchants !== '*' || isId(merchantId);
}

function claimsMore(header: string): Refusal {
  return new Refusal('forbidden', 'header_exceeds_token', `${header} claims more than the access token gives.`);
}
