import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import type { ValidationError } from 'class-validator';
import { localDefaultsOf } from './local-default';

export type Environment = Record<string, string | undefined>;
export type ConfigType<T extends object = object> = new () => T;

/** Everything that is wrong with the settings, one line each. Names settings, never their values: many are secret. */
export class ConfigFaults extends Error {
  override readonly name = 'ConfigFaults';

  constructor(readonly faults: readonly string[]) {
    super(
      `${faults.length === 1 ? 'One setting is' : `${faults.length} settings are`} wrong:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
  }
}

/** Reads a configuration class from environment variables of the same names. Throws ConfigFaults with every fault. */
export function loadConfig<T extends object>(type: ConfigType<T>, environment: Environment): T {
  const config = read(type, environment);
  const faults = describe(config);
  if (faults.length > 0) throw new ConfigFaults(faults);
  return config;
}

/** The faults of several configuration classes together, each named once. */
export function faultsOf(types: readonly ConfigType[], environment: Environment): string[] {
  const byName = new Map<string, string>();
  for (const type of types) {
    for (const fault of describe(read(type, environment))) {
      const name = fault.split(/\s/, 1)[0] ?? fault;
      if (!byName.has(name)) byName.set(name, fault);
    }
  }
  return [...byName.values()];
}

function read<T extends object>(type: ConfigType<T>, environment: Environment): T {
  const known = new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(type, '', false, false)
      .map((rule) => rule.propertyName),
  );
  const defaults = environment['LOCAL_RUN'] === 'true' ? localDefaultsOf(type) : {};
  // An empty variable is how compose files and charts say "not set".
  const given = [...known].flatMap((name) => {
    const value = environment[name] || defaults[name];
    return value ? [[name, value]] : [];
  });
  return plainToInstance(type, Object.fromEntries(given) as object, { exposeDefaultValues: true });
}

function describe(config: object): string[] {
  return validateSync(config).map(faultOf).sort();
}

function faultOf(error: ValidationError): string {
  const sentences = [
    ...Object.values(error.constraints ?? {}),
    ...(error.children ?? []).flatMap((child) => Object.values(child.constraints ?? {})),
  ];
  const missing = error.value === undefined ? 'is missing: ' : '';
  return `${error.property} ${missing}${sentences.map((sentence) => sentence.replace(`${error.property} `, '')).join(', ')}`;
}
