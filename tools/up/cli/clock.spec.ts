import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readClockOffset } from '../../../libs/service-host/src/clock';
import { clock, readDuration } from './clock';

describe('florin clock', () => {
  it('reads lengths of time as people write them, and no nonsense', () => {
    expect(readDuration('30d')).toBe(30 * 86_400_000);
    expect(readDuration('1d12h')).toBe(36 * 3_600_000);
    for (const wrong of ['', '30', 'd', '30x', '1d 2h', '-1d'])
      expect(() => readDuration(wrong)).toThrow('no length of time');
  });

  it('goes forward, again and again, and never back', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'clock-'));
    const file = join(dir, 'clock.json');
    expect(await clock(file, [])).toContain('as the system clock');
    await clock(file, ['advance', '30d']);
    expect(await clock(file, ['advance', '12h'])).toContain('30 d 12 h ahead');
    expect(readClockOffset(file)).toBe(30.5 * 86_400_000);
    await expect(clock(file, ['back', '1d'])).rejects.toThrow('not known');
    rmSync(dir, { recursive: true });
  });
});
