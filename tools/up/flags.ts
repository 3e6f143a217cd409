import { parseArgs } from 'node:util';
import { isNativeError } from 'node:util/types';
import { Failure } from './failure';

export interface Flags {
  once: boolean;
  reset: boolean;
  demo: boolean;
  json: boolean;
  status: boolean;
  help: boolean;
  portBase: number | undefined;
}

export const usage = `
  npm start                      brings everything up, shows the main job, stays until Ctrl-C
  npm start -- --once            ends after the main job, with status 0 or 1
            --reset              begins with empty data
            --no-demo            without the demonstration data and the main job
            --port-base N        the edge on N, everything else above it
            --json               the card as JSON
  npm run status                 the card of what runs, and the passwords

  DATABASE_URL, RABBITMQ_URL, REDIS_URL use servers of yours instead of own ones.`;

const lastPort = 65_000;

/** What parseArgs does not understand, in plain words. */
export function understood<Parsed>(mend: string, parse: () => Parsed): Parsed {
  try {
    return parse();
  } catch (error) {
    const misread = isNativeError(error) && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
    throw misread ? new Failure(error.message.replace(/\.? To specify.*$/s, ''), mend) : error;
  }
}

export function readFlags(args: string[]): Flags {
  const { values } = understood('npm start -- --help lists what there is', () =>
    parseArgs({
      args,
      allowNegative: true,
      options: {
        once: { type: 'boolean', default: false },
        reset: { type: 'boolean', default: false },
        demo: { type: 'boolean', default: true },
        json: { type: 'boolean', default: false },
        status: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        'port-base': { type: 'string' },
      },
    }),
  );
  const { 'port-base': base, ...flags } = values;
  const portBase = base === undefined ? undefined : Number(base);
  if (portBase !== undefined && !(Number.isInteger(portBase) && portBase > 0 && portBase < lastPort)) {
    throw new Failure(`--port-base ${base} is no port`, `give a number from 1 to ${lastPort - 1}`);
  }
  return { ...flags, portBase };
}
