import { Catch, UseFilters, type ExceptionFilter } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';
import type { Envelope, MessageContract } from '@florin/contracts';
import type { Tx } from '@florin/database';

/** Name of our transport in Nest: only our decorators' handlers are bound to it. */
export const florinTransport = Symbol('florin.messaging');
/** Where the subscription stands in a handler's extras. */
export const subscriptionKey = 'florin.subscription';

/** Transactions should stay short, and a set that fails is handled again one by one. */
const defaultMaxEach = 50;
const defaultMaxSet = 200;

/** What a handler is given beside the message. Write through `tx`: it commits together with the inbox row, and then the message is acknowledged. */
export class Delivery {
  constructor(
    readonly tx: Tx,
    /** Name of the handler: `<service>.on.<type>.v<n>`. */
    readonly consumer: string,
    /** 1 for the first try. Of a set: the highest. */
    readonly attempt: number,
  ) {}
}

export interface Subscription {
  readonly contract: MessageContract;
  /** The controller class it stands in: what waits for one controller shares a transaction. */
  readonly controller: object;
  readonly as: string | undefined;
  readonly mode: 'each' | 'set';
  /** Messages that share one transaction at the most. */
  readonly maxSet: number;
  /** Messages that the broker hands out before the first is acknowledged: the set being handled and the next one. */
  readonly prefetch: number;
}

export interface ConsumesOptions {
  /** Tells two handlers of one contract in one service apart; part of the queue's name. */
  as?: string;
  prefetch?: number;
}

export interface ConsumesSetOptions extends ConsumesOptions {
  maxSet?: number;
}

type HandlerDecorator<Message> = <Handler extends (message: Message, delivery: Delivery) => unknown>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Handler>,
) => void;

/**
 * Hears one kind of message, one at a time: `handle(event, { tx })` in a `@Controller()` class. The library opens the
 * transaction, writes the inbox row, calls the handler, commits and acknowledges. Messages that wait together share a
 * transaction, with those of the controller's other handlers; when it fails, each handler's are tried alone, then each
 * message. A throw leads to the retry tiers, a PoisonMessage to the dead letters.
 */
export function Consumes<T extends object>(
  contract: MessageContract<T>,
  options: ConsumesOptions = {},
): HandlerDecorator<Envelope<T>> {
  const prefetch = options.prefetch ?? 2 * defaultMaxEach;
  const maxSet = Math.max(1, Math.min(defaultMaxEach, Math.ceil(prefetch / 2)));
  return hears({ contract, as: options.as, mode: 'each', maxSet, prefetch });
}

/**
 * Hears one kind of message, many at a time: `handle(events, { tx })` gets everything that waits, up to `maxSet`, without
 * duplicates and in queue order, to write it with set-based SQL. When the set fails each message is tried alone, as a set
 * of one. The ambient cause cannot know which message leads to what: pass `causeOf(event)` when you say something.
 */
export function ConsumesSet<T extends object>(
  contract: MessageContract<T>,
  options: ConsumesSetOptions = {},
): HandlerDecorator<Envelope<T>[]> {
  const maxSet = options.maxSet ?? defaultMaxSet;
  const prefetch = options.prefetch ?? 2 * maxSet;
  return hears({ contract, as: options.as, mode: 'set', maxSet, prefetch });
}

/** Nest's own filter logs an error and passes on another one; the transport decides by the real one. */
@Catch()
class PassOn implements ExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

function hears<Message>(heard: Omit<Subscription, 'controller'>): HandlerDecorator<Message> {
  const pattern = [heard.contract.name, heard.as].filter(Boolean).join(' as ');
  const passesErrorsOn = UseFilters(new PassOn());
  return (target, key, descriptor) => {
    const subscription: Subscription = { ...heard, controller: target.constructor };
    // Nest types its decorator for handlers of plain data only.
    const listens = EventPattern(pattern, florinTransport, {
      [subscriptionKey]: subscription,
    }) as unknown as MethodDecorator;
    // Nest passes the second argument only where a decorator asks for it.
    if (!asksFor(target, key, 0)) Payload()(target, key, 0);
    if (!asksFor(target, key, 1)) Ctx()(target, key, 1);
    listens(target, key, descriptor);
    passesErrorsOn(target, key, descriptor);
  };
}

function asksFor(target: object, key: string | symbol, index: number): boolean {
  const parameters: unknown = Reflect.getMetadata('__routeArguments__', target.constructor, key);
  return Object.keys(parameters ?? {}).some((name) => name.endsWith(`:${index}`));
}
