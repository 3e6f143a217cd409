import type { LoggerService } from '@nestjs/common';
import type { Log } from './log';

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** Nest tells every module and route at each start; that is for whoever looks for it. */
const startChatter: ReadonlySet<unknown> = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
  'NestMicroservice',
]);
const stackLine = /\n\s+at /;

/** Lets everything that logs through Nest write to our log. */
export class NestLog implements LoggerService {
  constructor(private readonly sink: Log) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write(startChatter.has(rest.at(-1)) ? 'debug' : 'info', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  /** Nest hands over what was logged and, as the last argument, who logged it. Errors, stacks and objects may come in any place. */
  private write(level: Level, message: unknown, rest: unknown[]): void {
    if (!this.sink.isLevelEnabled(level)) return;
    const context = rest.length > 0 && typeof rest.at(-1) === 'string' ? rest.at(-1) : undefined;
    const parts = [message, ...(context === undefined ? rest : rest.slice(0, -1))];
    const fields: Record<string, unknown> = { context };
    const sentences: string[] = [];
    for (const part of parts) {
      if (part instanceof Error) fields['err'] = part;
      else if (typeof part === 'object' && part !== null) Object.assign(fields, part);
      else if (typeof part === 'string' && stackLine.test(part)) fields['stack'] = part;
      else if (typeof part === 'string' || typeof part === 'number' || typeof part === 'boolean')
        sentences.push(String(part));
    }
    const error = fields['err'];
    this.sink[level](
      fields,
      sentences.length > 0 ? sentences.join(' ') : error instanceof Error ? error.message : undefined,
    );
  }
}
