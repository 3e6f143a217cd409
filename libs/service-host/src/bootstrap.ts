import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Type } from '@nestjs/common';
import { present } from '@florin/kernel';
import { BaseConfig } from './config';
import { createService } from './create-service';
import { ConfigFaults } from './load-config';

/** From sysexits.h: the configuration is wrong. Tells a supervisor that a restart alone does not help. */
const exitConfig = 78;
const exitFailed = 1;
/** By then the first connections are made, and traffic has hardly begun. */
const restMs = 2_000;

export interface BootstrapOptions {
  service: string;
  module: Type;
}

/** The whole of a service's main.ts. Starts it, ends it in order on SIGTERM or SIGINT, and says plainly why it cannot start. */
export async function bootstrap({ service, module }: BootstrapOptions): Promise<void> {
  process.on('unhandledRejection', (reason) => die(service, reason));
  process.on('uncaughtException', (error) => die(service, error));
  try {
    const app = await createService(module);
    const limitSeconds = app.get(BaseConfig).SHUTDOWN_LIMIT_SECONDS;
    const end = () => {
      setTimeout(() => die(service, new Error(`not ended after ${limitSeconds} s`)), limitSeconds * 1_000).unref();
      app.close().then(
        () => process.exit(0),
        (error: unknown) => die(service, error),
      );
    };
    process.once('SIGTERM', end);
    process.once('SIGINT', end);
    setTimeout(giveBackMemory, restMs).unref();
  } catch (error) {
    if (!(error instanceof ConfigFaults)) return die(service, error);
    process.stderr.write(`${present(service, 'a service has a name')} cannot start. ${error.message}\n`);
    process.exit(exitConfig);
  }
}

/** Loading a thousand modules leaves a heap three times as large as what stays. One full collection, once, saves 35 MiB per process. */
function giveBackMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: {
    type: 'major';
    execution: 'sync';
    flavor: 'last-resort';
  }) => void;
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

function die(service: string, error: unknown): void {
  process.stderr.write(
    `${service} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(exitFailed);
}
