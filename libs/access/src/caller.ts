import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { present, Refusal } from '@florin/kernel';
import { permissionsOf, type Permission } from './permissions';

export interface CallerFacts {
  /** The user id, or the client id of a service. */
  subject: string;
  kind: 'user' | 'service';
  roles: readonly string[];
  /** The merchants the token may act for; '*' is every one (platform staff). */
  merchants: readonly string[] | '*';
  /** The merchant chosen with X-Merchant-Id, or the only one of the token. */
  merchantInForce?: string | undefined;
  sessionId?: string | undefined;
  /** Authentication context class (acr): how sure we are that it is them. */
  assurance?: string | undefined;
  email?: string | undefined;
  emailVerified?: boolean | undefined;
}

/** Who is calling, as the verified token says, narrowed by the request's headers. Immutable and shared between requests. */
export class Caller {
  readonly subject: string;
  readonly kind: 'user' | 'service';
  readonly roles: readonly string[];
  readonly merchants: readonly string[] | '*';
  readonly merchantInForce: string | undefined;
  readonly sessionId: string | undefined;
  readonly assurance: string | undefined;
  readonly email: string | undefined;
  readonly emailVerified: boolean;
  private readonly permitted: readonly ReadonlySet<Permission>[];

  constructor(facts: CallerFacts) {
    this.subject = facts.subject;
    this.kind = facts.kind;
    this.roles = Object.freeze([...facts.roles]);
    this.merchants = facts.merchants === '*' ? '*' : Object.freeze([...facts.merchants]);
    this.merchantInForce = facts.merchantInForce ?? onlyOne(this.merchants);
    this.sessionId = facts.sessionId;
    this.assurance = facts.assurance;
    this.email = facts.email;
    this.emailVerified = facts.emailVerified ?? false;
    this.permitted = this.roles.map(permissionsOf);
  }

  /**
   * The merchant in force. Refuses with 400 `merchant_required` when the token is for several and the request did not
   * choose one with X-Merchant-Id, so a route that needs a merchant only has to read this.
   */
  get merchantId(): string {
    if (this.merchantInForce !== undefined) return this.merchantInForce;
    throw new Refusal('invalid', 'merchant_required', 'Say which merchant you act for in the X-Merchant-Id header.');
  }

  /** Whether any of the caller's roles gives the permission. A service is nobody, so nothing is its own. */
  can(permission: Permission): boolean {
    if (this.kind === 'service' && permission.includes('.own:')) return false;
    return this.permitted.some((set) => set.has(permission));
  }

  /** Whether the caller may act for the merchant in this request. */
  mayActFor(merchantId: string): boolean {
    if (this.merchantInForce !== undefined) return this.merchantInForce === merchantId;
    return this.merchants === '*' || this.merchants.includes(merchantId);
  }
}

function onlyOne(merchants: readonly string[] | '*'): string | undefined {
  return merchants !== '*' && merchants.length === 1 ? merchants[0] : undefined;
}

/** Refuses with 404 when the caller may not act for the merchant: a foreign merchant's things do not exist for them. */
export function requireMerchant(caller: Caller, merchantId: string): void {
  if (!caller.mayActFor(merchantId))
    throw new Refusal('not_found', 'not_found', 'There is no such thing for this merchant.');
}

/** Refuses with 403 and the permission's name when no role of the caller gives it: for rules a route cannot state. */
export function requirePermission(caller: Caller, permission: Permission): void {
  if (!caller.can(permission)) throw permissionMissing([permission]);
}

/** The 403 of a caller who has none of these permissions. */
export function permissionMissing(anyOf: readonly Permission[]): Refusal {
  return new Refusal('forbidden', 'permission_missing', `This needs the permission ${anyOf.join(' or ')}.`);
}

/** Where the guard leaves the caller on a request. */
export interface CalledRequest {
  caller?: Caller;
}

/** The caller of a request, if it was authenticated (a public route's is not). */
export function callerOf(request: object): Caller | undefined {
  return (request as CalledRequest).caller;
}

/** The caller, as a handler's parameter: `@CurrentCaller() caller: Caller`. Only on routes with @Requires. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const request = context.switchToHttp().getRequest<CalledRequest>();
  return present(request.caller, '@CurrentCaller() needs a route with @Requires(...)');
});
