import type { Answer } from '../http-client';

/** What a request should be answered with; nothing said: whatever it is, it must be sane. */
export interface Verdict {
  /** One of these statuses. */
  status?: readonly number[];
  /** Where it is a success, one of these: those that the document names for the operation. */
  successes?: readonly number[];
  /** Any refusal will do, but a refusal it must be. */
  refused?: boolean;
  code?: string;
  /** Where the answer is that the input is not valid, it names this field. */
  field?: string;
}

const codePattern = /^[a-z_]+$/;
/** The code of a field is that of its check, such as `is_iso8601`. */
const faultPattern = /^[a-z][a-z0-9_]*$/;
/** Pieces of our insides that no answer may show: stack lines, paths of modules, SQL. */
const insides =
  /\bat \S+ \(\S+:\d+:\d+\)|node_modules|\b(?:SELECT|INSERT INTO|UPDATE) \S+ .*\b(?:FROM|VALUES|SET)\b|QueryFailedError/;

/** What is wrong with an answer; undefined when nothing is. */
export function faultOf(answer: Answer<unknown>, verdict: Verdict = {}): string | undefined {
  const { status, problem } = answer;
  if (status >= 500) return 'a fault of ours';
  if (status >= 400) {
    const fault = problemFault(answer);
    if (fault !== undefined) return fault;
  }
  if (verdict.status && !verdict.status.includes(status)) return `not ${verdict.status.join(' or ')}`;
  if (verdict.successes && status < 400 && !verdict.successes.includes(status))
    return 'the document names no such success';
  if (verdict.refused && status < 400) return 'it was accepted';
  if (verdict.code !== undefined && problem?.code !== verdict.code) return `the code is not ${verdict.code}`;
  if (
    verdict.field !== undefined &&
    problem?.code === 'validation_failed' &&
    !names(problem.errors ?? [], verdict.field)
  )
    return `no error names ${verdict.field === '' ? 'the body' : verdict.field}`;
  return undefined;
}

/** Every error answer is problem+json with a stable code (RFC 9457, GW-15). */
function problemFault({ status, headers, body, problem }: Answer<unknown>): string | undefined {
  if (!problem) return 'it is not problem+json';
  if (!codePattern.test(problem.code)) return 'it has no code';
  if (problem.status !== status) return 'status and body disagree';
  if (!problem.request_id || problem.request_id !== headers.get('request-id')) return 'it has no request id';
  if (insides.test(JSON.stringify(body))) return 'it shows our insides';
  if (problem.code !== 'validation_failed') return undefined;
  const errors = problem.errors ?? [];
  const named = errors.every(
    ({ field, code, message }) => typeof field === 'string' && faultPattern.test(code) && message,
  );
  return errors.length > 0 && named ? undefined : 'it names no field';
}

/** The error may stand at the field, above it (a list as a whole), below it, or go by the last part of its name. */
function names(errors: readonly { field: string }[], field: string): boolean {
  if (field === '') return true;
  return errors.some(
    ({ field: told }) => told === field || isBelow(field, told) || isBelow(told, field) || lastOf(field) === told,
  );
}

const isBelow = (inner: string, outer: string): boolean =>
  outer !== '' && (inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`));

const lastOf = (field: string): string | undefined =>
  field
    .split(/\.|\[\d+\]/)
    .filter(Boolean)
    .at(-1);
