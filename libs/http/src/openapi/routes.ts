import { RequestMethod, type Type } from '@nestjs/common';
import { declarationOf, type Permission } from '@florin/access';
import type { ModulesContainer } from '@nestjs/core';
import { type AnswerDescription, answersKey, readsKey } from '../answers';
import { ifMatchKey } from '../etags';
import { type HeaderDescription, headersReadBy } from '../from-header';
import { idempotentKey } from '../idempotent';

/** What our decorators say about one route. */
export interface DescribedRoute {
  operationId: string;
  summary: string;
  tag: string;
  access: readonly Permission[] | 'public' | undefined;
  idempotent: boolean;
  ifMatch: boolean;
  headers: readonly HeaderDescription[];
  /** The class of a body that the handler does not take as a parameter. */
  reads: Type | undefined;
  answers: AnswerDescription | undefined;
  /** Of success. */
  statuses: readonly number[];
}

const methodKey = 'method';
const statusKey = '__httpCode__';

/** `orders`, `CheckoutController`, `place` → `ordersCheckoutPlace`: unique over all services, and a good name in an SDK. */
export function operationIdOf(service: string, controller: string, method: string): string {
  const parts = [service, controller.replace(/Controller$/, ''), method.replace(/\[\d+\]$/, '')];
  return parts
    .flatMap((part) => part.split(/[^A-Za-z0-9]+/))
    .filter(Boolean)
    .map((part, index) => (index === 0 ? lower(part) : upper(part)))
    .join('');
}

/** Every route of the application by its operation id. */
export function describeRoutes(service: string, modules: ModulesContainer): Map<string, DescribedRoute> {
  const routes = new Map<string, DescribedRoute>();
  for (const module of modules.values()) {
    for (const { metatype } of module.controllers.values()) {
      if (typeof metatype !== 'function') continue;
      for (const [name, handler] of handlersOf(metatype as Type)) {
        const method = Reflect.getMetadata(methodKey, handler) as RequestMethod | undefined;
        if (method === undefined) continue;
        const route = describeRoute(service, metatype as Type, name, handler, method);
        routes.set(route.operationId, route);
      }
    }
  }
  return routes;
}

function describeRoute(
  service: string,
  controller: Type,
  name: string,
  handler: object,
  method: RequestMethod,
): DescribedRoute {
  const answers = Reflect.getMetadata(answersKey, handler) as AnswerDescription | undefined;
  const declared = Reflect.getMetadata(statusKey, handler) as number | undefined;
  const fallback = declared ?? (method === RequestMethod.POST ? 201 : 200);
  return {
    operationId: operationIdOf(service, controller.name, name),
    summary: upper(name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()),
    tag: controller.name.replace(/Controller$/, '').replace(/([a-z0-9])([A-Z])/g, '$1 $2'),
    access: declarationOf(handler, controller),
    idempotent: Reflect.getMetadata(idempotentKey, handler) === true,
    ifMatch: Reflect.getMetadata(ifMatchKey, handler) === true,
    headers: headersReadBy(handler),
    reads: Reflect.getMetadata(readsKey, handler) as Type | undefined,
    answers,
    statuses: answers?.statuses.length ? answers.statuses : [fallback],
  };
}

function handlersOf(controller: Type): [string, object][] {
  const found = new Map<string, object>();
  for (
    let current = controller.prototype as object | null;
    current && current !== Object.prototype;
    current = Object.getPrototypeOf(current) as object | null
  ) {
    for (const [name, { value }] of Object.entries<PropertyDescriptor>(Object.getOwnPropertyDescriptors(current))) {
      if (typeof value === 'function' && !found.has(name)) found.set(name, value as object);
    }
  }
  return [...found];
}

const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
const upper = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
