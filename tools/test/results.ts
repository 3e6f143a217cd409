import { existsSync, readFileSync } from 'node:fs';

interface Assertion {
  title: string;
  fullName: string;
  status: string;
  duration?: number | null;
}

interface FileResult {
  name: string;
  status: string;
  message: string;
  assertionResults: Assertion[];
}

/** The part of Jest's JSON that is kept: `npm run features` reads titles and states from it. */
export interface Results {
  testResults: FileResult[];
}

export interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

/** What Jest wrote; a ring that ended without writing counts as one failed file, never as nothing. */
export function readResults(file: string, ring: string): Results {
  if (!existsSync(file)) return { testResults: [brokenFile(ring, 'The test runner ended without a result.')] };
  const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as Results;
  return { testResults };
}

/** A check that is no Jest test (types, lint), told as one test. */
export function checkResult(name: string, passed: boolean): FileResult {
  const status = passed ? 'passed' : 'failed';
  return { name, status, message: '', assertionResults: [{ title: name, fullName: name, status }] };
}

function brokenFile(name: string, message: string): FileResult {
  return { name, status: 'failed', message, assertionResults: [] };
}

export function count({ testResults }: Results): Count {
  const total: Count = { passed: 0, failed: 0, skipped: 0 };
  for (const file of testResults) {
    const failed = file.assertionResults.filter(({ status }) => status === 'failed').length;
    total.passed += file.assertionResults.filter(({ status }) => status === 'passed').length;
    // A file that could not be run at all has no assertion to fail.
    total.failed += failed === 0 && file.status === 'failed' ? 1 : failed;
    total.skipped += file.assertionResults.filter(({ status }) => status !== 'passed' && status !== 'failed').length;
  }
  return total;
}

/** The very last line of `npm test`. */
export function lastLine({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
