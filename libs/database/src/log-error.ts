import type { Logger } from '@nestjs/common';
import { isError } from './errors';

/** A sentence, what was thrown, and where. */
export function logError(logger: Logger, sentence: string, error: unknown): void {
  logger.error(`${sentence}: ${String(error)}`, isError(error) ? error.stack : undefined);
}
