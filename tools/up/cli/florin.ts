import { join } from 'node:path';
import { Refusal } from '@florin/kernel';
import { Failure, inPlainWords } from '../failure';
import { hasProgram, runProgram } from '../hooks';
import { liveRun, type RunFile } from '../run-file';
import { root } from '../services';
import { clock } from './clock';
import { close } from './close';
import { trigger } from './trigger';

const dir = process.env['FLORIN_DIR'] ?? join(root, '.local');

const usage = `
  npm run florin -- prove [--json]                     compares every store: was anything lost or doubled?
                    prove chain                        recomputes the hash chains of the ledgers, names their heads
                    trigger <type> --member ada …      makes an event happen, to watch it travel
                    clock [show | advance 30d]         the clock of the local run
                    dead list|show|replay|discard …    messages that could not be handled
                    close 2026-11 [--approve|--verify] a month of points: worked out, booked and locked, computed again
`;

function theRun(): RunFile {
  const run = liveRun(dir);
  if (!run) throw new Failure('Florin does not run here', 'npm start');
  return run;
}

async function program(entry: string, args: string[]): Promise<number> {
  if (!hasProgram(entry)) throw new Failure(`${entry} is not part of this checkout`, 'see npm run florin');
  const run = theRun();
  return runProgram(entry, { dir, args, output: 'stdout', env: { DATABASES: JSON.stringify(run.databases) } });
}

async function florin([command, ...args]: string[]): Promise<number> {
  switch (command) {
    case 'prove':
      return program('apps/auditor/src/main.js', args);
    case 'trigger':
      console.log(await trigger(theRun(), args));
      return 0;
    case 'clock':
      console.log(await clock(theRun().clockFile, args));
      return 0;
    case 'close':
      console.log(await close(theRun(), args));
      return 0;
    case 'dead': {
      // Loaded only here: it brings the database and messaging libraries, which the other commands do without.
      const { dead } = await import('./dead.js');
      console.log(await dead(theRun(), args));
      return 0;
    }
    case undefined:
    case 'help':
      console.log(usage);
      return 0;
    default:
      throw new Failure(`florin ${command} is not known`, `choose one of these:${usage}`);
  }
}

florin(process.argv.slice(2)).then(
  (status) => process.exit(status),
  (error: unknown) => {
    console.error(error instanceof Refusal ? `  ${error.code}: ${error.message}` : inPlainWords(error));
    process.exit(1);
  },
);
