import type { INestApplicationContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { declarationOf } from './requires';

/** Nest's own metadata key for the HTTP method of a handler; only routes carry it. */
const methodKey = 'method';

/**
 * The routes of an application that declare neither @Requires(...) nor @Public(), as `Controller.handler`.
 * Every service's tests expect an empty list.
 */
export function undeclaredRoutes(app: INestApplicationContext): string[] {
  const found = new Set<string>();
  for (const module of app.get(ModulesContainer).values()) {
    for (const { metatype } of module.controllers.values()) {
      if (typeof metatype !== 'function') continue;
      for (const [name, handler] of handlersOf(metatype.prototype as object)) {
        if (Reflect.getMetadata(methodKey, handler) === undefined) continue;
        if (declarationOf(handler, metatype) === undefined) found.add(`${metatype.name}.${name}`);
      }
    }
  }
  return [...found].sort();
}

function handlersOf(prototype: object): [string, object][] {
  const handlers = new Map<string, object>();
  for (
    let current = prototype;
    current && current !== Object.prototype;
    current = Object.getPrototypeOf(current) as object
  ) {
    for (const name of Object.getOwnPropertyNames(current)) {
      const value: unknown = Object.getOwnPropertyDescriptor(current, name)?.value;
      if (typeof value === 'function' && !handlers.has(name)) handlers.set(name, value);
    }
  }
  return [...handlers];
}
