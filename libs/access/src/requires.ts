import { SetMetadata } from '@nestjs/common';
import { assert } from '@florin/kernel';
import { isPermission, type Permission } from './permissions';

export const requiresKey = 'florin:requires';
export const publicKey = 'florin:public';

/**
 * The route (or every route of the controller) needs one of these permissions: `@Requires('orders.order:write')`.
 * With several, any one is enough; ask `caller.can(...)` where the answer then differs.
 */
export function Requires(...anyOf: [Permission, ...Permission[]]): MethodDecorator & ClassDecorator {
  for (const permission of anyOf) assert(isPermission(permission), `unknown permission: ${permission}`);
  return SetMetadata(requiresKey, anyOf);
}

/** The route needs no token. Said aloud, because a route that says nothing is refused. */
export function Public(): MethodDecorator & ClassDecorator {
  return SetMetadata(publicKey, true);
}

/** What a route declared: its own word wins over its controller's. Undefined when nobody said anything. */
export function declarationOf(handler: object, controller: object): readonly Permission[] | 'public' | undefined {
  for (const target of [handler, controller]) {
    if (Reflect.getMetadata(publicKey, target) === true) return 'public';
    const anyOf = Reflect.getMetadata(requiresKey, target) as readonly Permission[] | undefined;
    if (anyOf) return anyOf;
  }
  return undefined;
}
