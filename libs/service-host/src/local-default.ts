import 'reflect-metadata';

const key = 'florin:local-defaults';

/**
 * A value that the setting has in a local run only, where one command must bring everything up. Anywhere else a
 * missing secret is a fault: `@LocalDefault('sandbox-key') @IsString() PROCESSOR_KEY: string;`
 */
export function LocalDefault(value: string): PropertyDecorator {
  return (target, property) => {
    const known = (Reflect.getMetadata(key, target) ?? {}) as Record<string, string>;
    Reflect.defineMetadata(key, { ...known, [property.toString()]: value }, target);
  };
}

/** The local defaults of a configuration class, its parents' included. */
export function localDefaultsOf(type: new () => object): Record<string, string> {
  return (Reflect.getMetadata(key, type.prototype as object) ?? {}) as Record<string, string>;
}
