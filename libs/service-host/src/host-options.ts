import type { DynamicModule, Type } from '@nestjs/common';
import type { Clock } from '@florin/kernel';
import type { BaseConfig } from './config';

export interface HostOptions<T extends BaseConfig = BaseConfig> {
  /** One word, as in queue names, metrics and logs. */
  service: string;
  /** The service's settings: BaseConfig, or a class that extends it. */
  config: new () => T;
}

export interface BootOptions {
  /** Instead of the clock that the settings ask for. */
  clock?: Clock;
  /** Wait until every queue is subscribed to, so that what is said next is heard. For tests. */
  waitForConsumers?: boolean;
}

/** Which options a module was made with. Read before Nest starts, so that faults in the settings come all at once and first. */
export const hostOptions = new WeakMap<DynamicModule, HostOptions>();

/** The options that an application's root module gave to ServiceHostModule.forService. */
export function hostOptionsOf(root: Type): HostOptions {
  const imports = (Reflect.getMetadata('imports', root) ?? []) as DynamicModule[];
  for (const imported of imports) {
    const options = hostOptions.get(imported);
    if (options) return options;
  }
  throw new Error(`${root.name} does not import ServiceHostModule.forService(…).`);
}
