import type { Class } from './fields';

/** One message that services agree on. Only additive change is allowed; anything else is a new version beside this one. */
export interface MessageContract<T extends object = object> {
  /** An event tells what happened and may have any number of hearers; a command asks one service for one thing. */
  readonly kind: 'event' | 'command';
  /** `<service>.<noun>.<past participle>` for events, `<service>.<noun>.<verb>` for commands. */
  readonly type: string;
  readonly version: number;
  /** The shape, with class-validator decorators; see fields.ts. */
  readonly data: Class<T>;
  /** A sentence: when is it said? */
  readonly description: string;
  readonly example: T;
  /** `<type>.v<version>`: queue names and routing keys are made of it. */
  readonly name: string;
}

/** The shape comes from the class alone; an example must fit it, not widen it. */
export type ContractInput<T extends object> = Omit<MessageContract<T>, 'kind' | 'name' | 'example'> & {
  readonly example: NoInfer<T>;
};

/** Defines an event: said after the fact, by the service that its type starts with. */
export function defineEvent<T extends object>(input: ContractInput<T>): MessageContract<T> {
  return define('event', input);
}

/** Defines a command: said by whoever needs it, done by the service that its type starts with. */
export function defineCommand<T extends object>(input: ContractInput<T>): MessageContract<T> {
  return define('command', input);
}

function define<T extends object>(kind: MessageContract['kind'], input: ContractInput<T>): MessageContract<T> {
  return Object.freeze({ ...input, kind, name: `${input.type}.v${input.version}` });
}

/** An id for examples and tests: the same number gives the same UUID. */
export function exampleId(number: number): string {
  return `01900000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
}
