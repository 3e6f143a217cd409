import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { assert, Refusal } from '@florin/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type CalledRequest, type Caller, permissionMissing } from './caller';
import { narrow } from './narrowing';
import type { Permission } from './permissions';
import { declarationOf } from './requires';
import type { RevokedSessions } from './revoked-sessions';
import { invalidToken, type TokenStrategy, type Verified } from './token-strategy';
import { VerifiedTokens } from './verified-tokens';

/** Looks at every authenticated request after its permission was checked; throws a Refusal to stop it. */
export type CallerCheck = (
  caller: Caller,
  request: FastifyRequest,
  reply: FastifyReply,
  handler: object,
) => void | Promise<void>;

/** Further checks that need the caller, such as limits per user. Run in the order they were added. */
export class CallerChecks {
  readonly list: CallerCheck[] = [];

  add(check: CallerCheck): void {
    this.list.push(check);
  }
}

type Declared = readonly Permission[] | 'public' | undefined;

/** The one gate of every route: token, narrowing headers, permission. A route that declares nothing is refused (a Bug). */
@Injectable()
export class AccessGuard extends AuthGuard() {
  private readonly declared = new WeakMap<object, Declared>();

  constructor(
    strategy: TokenStrategy,
    private readonly tokens: VerifiedTokens,
    private readonly revoked: RevokedSessions,
    private readonly checks: CallerChecks,
  ) {
    super({ defaultStrategy: strategy.registeredAs });
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    // Messages come from our own broker and are guarded there; anything else has no gate yet, so it stays shut.
    if (context.getType() === 'rpc') return true;
    assert(context.getType() === 'http', `no access rule for ${context.getType()}`);
    const handler = context.getHandler();
    const declared = this.declaration(handler, context.getClass());
    assert(declared !== undefined, `${context.getClass().name}.${handler.name} declares neither @Requires nor @Public`);
    if (declared === 'public') return true;
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest & CalledRequest>();
    const reply = http.getResponse<FastifyReply>();
    const caller = narrow(await this.identify(context, request, reply), request.headers);
    if (caller.sessionId !== undefined && this.revoked.has(caller.sessionId)) {
      throw challenge(reply, new Refusal('unauthenticated', 'session_revoked', 'This session was ended.'));
    }
    if (!declared.some((permission) => caller.can(permission))) throw permissionMissing(declared);
    request.caller = caller;
    for (const check of this.checks.list) await check(caller, request, reply, handler);
    return true;
  }

  private declaration(handler: object, controller: object): Declared {
    const known = this.declared.get(handler);
    if (known !== undefined) return known;
    const declared = declarationOf(handler, controller);
    this.declared.set(handler, declared);
    return declared;
  }

  private async identify(context: ExecutionContext, request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    const token = bearerOf(request.headers.authorization);
    if (token === undefined) {
      throw challenge(
        reply,
        new Refusal('unauthenticated', 'token_missing', 'This needs an access token: Authorization: Bearer <token>.'),
      );
    }
    const key = VerifiedTokens.keyOf(token);
    const known = this.tokens.get(key);
    if (known) return known;
    try {
      await super.canActivate(context);
    } catch (error) {
      throw error instanceof Refusal && error.kind === 'unauthenticated' ? challenge(reply, error) : error;
    }
    const { caller, expiresAt } = (request as unknown as { user: Verified }).user;
    this.tokens.put(key, caller, expiresAt);
    return caller;
  }

  /** Turns whatever passport reports into one of our refusals. */
  override handleRequest<T>(error: unknown, user: T | false | null, info: unknown): T {
    if (user) return user;
    const reason = error ?? info;
    if (reason instanceof Refusal) throw reason;
    if (reason instanceof Error && reason.name === 'TokenExpiredError') {
      throw new Refusal('unauthenticated', 'token_expired', 'The access token has expired.');
    }
    throw invalidToken(reason);
  }
}

/** An access token is about 1 kB; a header of Fastify's 16 kB limit would only cost hashing. */
const longestToken = 8_192;

function bearerOf(header: string | undefined): string | undefined {
  if (header === undefined || header.length > longestToken || header.slice(0, 7).toLowerCase() !== 'bearer ')
    return undefined;
  return header.slice(7).trim() || undefined;
}

/** Adds the challenge that RFC 6750 asks for. */
function challenge(reply: FastifyReply, refusal: Refusal): Refusal {
  const reason =
    refusal.code === 'token_missing' ? '' : `, error="invalid_token", error_description="${refusal.message}"`;
  void reply.header('WWW-Authenticate', `Bearer realm="florin"${reason}`);
  return refusal;
}
