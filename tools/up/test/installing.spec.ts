import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aptInstall } from '../installing';

/** Only root may install; anybody else is told what to do instead (provideRabbitmq). */
const asRoot = process.getuid?.() === 0 ? it : it.skip;

describe('installing with apt', () => {
  let dir: string;
  const path = process.env['PATH'];

  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'apt-'))));

  afterEach(() => {
    process.env['PATH'] = path;
    rmSync(dir, { recursive: true });
  });

  /** A stand-in for apt-get that notes its calls and whether services were forbidden to start while it ran. */
  function fakeApt(script: string): string {
    const calls = join(dir, 'calls');
    writeFileSync(
      join(dir, 'apt-get'),
      `#!/bin/sh\n[ -x ${dir}/policy ] && P=forbidden\necho "$P $1" >> ${calls}\n${script}\n`,
    );
    chmodSync(join(dir, 'apt-get'), 0o755);
    process.env['PATH'] = `${dir}:${path}`;
    return calls;
  }
  const linesOf = (file: string): string[] => readFileSync(file, 'utf8').trim().split('\n');

  asRoot('never lets the system start what was installed, and takes the prohibition away afterwards', async () => {
    const calls = fakeApt('exit 0');
    expect(await aptInstall(['rabbitmq-server'], join(dir, 'log'), join(dir, 'policy'))).toBe(true);
    expect(linesOf(calls)).toEqual(['forbidden install']);
    expect(existsSync(join(dir, 'policy'))).toBe(false);
  });

  asRoot('fetches the package lists where there are none, and gives up without leaving anything', async () => {
    const calls = fakeApt(
      `[ "$1" = update ] && touch ${dir}/lists; [ -f ${dir}/lists ] || exit 100; [ "$3" = missing ] && exit 100; exit 0`,
    );
    expect(await aptInstall(['redis-server'], join(dir, 'log'), join(dir, 'policy'))).toBe(true);
    expect(linesOf(calls)).toEqual(['forbidden install', 'forbidden update', 'forbidden install']);
    fakeApt('exit 100');
    expect(await aptInstall(['redis-server'], join(dir, 'log'), join(dir, 'policy'))).toBe(false);
    expect(existsSync(join(dir, 'policy'))).toBe(false);
  });
});
