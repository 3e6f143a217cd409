import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkResult, count, lastLine, readResults } from './results';
import { byRing } from './rings';

const file = (status: string, ...states: string[]) => ({
  name: 'a.spec.ts',
  status,
  message: '',
  assertionResults: states.map((state) => ({ title: 't', fullName: 't', status: state })),
});

describe('the result of npm test', () => {
  it('counts tests, a file that could not run as one failure, and what was left out', () => {
    const testResults = [
      file('failed', 'passed', 'failed'),
      file('failed'),
      file('passed', 'passed', 'pending', 'todo'),
      checkResult('types', true),
      checkResult('lint', false),
    ];
    expect(count({ testResults })).toEqual({ passed: 3, failed: 3, skipped: 2 });
  });

  it('ends with the one line that scripts read', () => {
    expect(lastLine({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
    expect(lastLine({ passed: 12, failed: 1, skipped: 3 })).toBe('12 passed, 1 failed, 3 skipped');
  });

  it('takes a runner that left nothing behind for a failure, never for success', () => {
    const dir = mkdtempSync(join(tmpdir(), 'results-'));
    writeFileSync(join(dir, 'unit.json'), JSON.stringify({ testResults: [file('passed', 'passed')] }));
    expect(count(readResults(join(dir, 'unit.json'), 'unit'))).toMatchObject({ passed: 1, failed: 0 });
    expect(count(readResults(join(dir, 'service.json'), 'service'))).toMatchObject({ passed: 0, failed: 1 });
    rmSync(dir, { recursive: true });
  });
});

describe('the rings', () => {
  it('run what is quick first and each file once', () => {
    const files = [
      'e2e/journey.spec.ts',
      'libs/messaging/test/relay.spec.ts',
      'apps/wallet/test/pay.spec.ts',
      'tools/up/test/house.spec.ts',
      'apps/wallet/src/a.spec.ts',
      'tools/edge/test/edge.spec.ts',
    ];
    const groups = byRing(
      '/r',
      files.map((path) => `/r/${path}`),
    );
    expect(groups.map(([ring, members]) => [ring.name, members.length])).toEqual([
      ['unit', 1],
      ['service', 2],
      ['messaging', 1],
      ['house', 1],
      ['e2e', 1],
    ]);
  });
});
