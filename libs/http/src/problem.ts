import { HttpException } from '@nestjs/common';
import { type FieldError, Refusal, type RefusalKind } from '@florin/kernel';

/** An error as RFC 9457 has it, with our stable `code`, the request's id and the fields at fault. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  errors?: FieldError[];
}

export const problemType = 'application/problem+json; charset=utf-8';

/** The one place where a kind of refusal becomes a status; a new kind does not compile until it is here. */
const kinds: Record<RefusalKind, { status: number; title: string }> = {
  invalid: { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'Authentication is needed' },
  forbidden: { status: 403, title: 'This is not allowed' },
  not_found: { status: 404, title: 'There is no such thing' },
  conflict: { status: 409, title: 'This conflicts with the current state' },
  gone: { status: 410, title: 'This is gone' },
  precondition_failed: { status: 412, title: 'It has changed in the meantime' },
  too_large: { status: 413, title: 'The request is too large' },
  unsupported_media: { status: 415, title: 'The media type is not supported' },
  unprocessable: { status: 422, title: 'The request cannot be fulfilled' },
  precondition_required: { status: 428, title: 'A precondition is needed' },
  rate_limited: { status: 429, title: 'Too many requests' },
  unavailable: { status: 503, title: 'The service is not available at the moment' },
};

/** What a failure is to the client, and whether it is ours to look at. */
export interface Described {
  problem: Omit<Problem, 'request_id'>;
  retryAfterSeconds?: number | undefined;
  /** A bug or a fault of ours: logged with everything, told with nothing. */
  ours: boolean;
}

/** Describes anything that was thrown. Only refusals speak for themselves; what is unknown says nothing about our insides. */
export function describe(thrown: unknown): Described {
  if (thrown instanceof Refusal) return fromRefusal(thrown);
  const refusal = thrown instanceof HttpException ? fromFramework(thrown) : (fromFastify(thrown) ?? fromFault(thrown));
  if (refusal) return { ...fromRefusal(refusal), ours: refusal.kind === 'unavailable' };
  return {
    ours: true,
    problem: {
      type: typeOf('internal_error'),
      title: 'Something went wrong on our side',
      status: 500,
      detail: 'The request failed because of a fault of ours. It was recorded under this request_id.',
      code: 'internal_error',
    },
  };
}

/** The path exists, the method does not. */
export const methodNotAllowed: Described = {
  ours: false,
  problem: {
    type: typeOf('method_not_allowed'),
    title: 'The method is not allowed',
    status: 405,
    detail: 'This route does not answer this method; see the Allow header.',
    code: 'method_not_allowed',
  },
};

function fromRefusal(refusal: Refusal): Described {
  const { status, title } = kinds[refusal.kind];
  const { errors, retryAfterSeconds } = refusal.details;
  const problem: Described['problem'] = {
    type: typeOf(refusal.code),
    title,
    status,
    detail: refusal.message,
    code: refusal.code,
  };
  if (errors && errors.length > 0) problem.errors = errors;
  return { problem, retryAfterSeconds: retryAfterSeconds ?? (status === 503 ? 1 : undefined), ours: false };
}

function typeOf(code: string): string {
  return `urn:florin:problem:${code}`;
}

/** Nest's own exceptions: unknown routes, and body parser errors that it has wrapped. Their messages are not passed on. */
function fromFramework(exception: HttpException): Refusal | undefined {
  return fromStatus(exception.getStatus(), exception.message);
}

/** Errors that Fastify reports before Nest sees the request. */
function fromFastify(thrown: unknown): Refusal | undefined {
  // By name: an error of an outside client may carry a statusCode too, and that one is not the caller's doing.
  if (!(thrown instanceof Error) || !['FastifyError', 'SyntaxError'].includes(thrown.name) || !('statusCode' in thrown))
    return undefined;
  const { statusCode } = thrown;
  return typeof statusCode === 'number' && statusCode < 500 ? fromStatus(statusCode, thrown.message) : undefined;
}

function fromStatus(status: number, message: string): Refusal | undefined {
  if (status === 404) return new Refusal('not_found', 'route_not_found', 'There is no such route.');
  if (status === 413) return new Refusal('too_large', 'body_too_large', 'The body is larger than this route accepts.');
  if (status === 415) return new Refusal('unsupported_media', 'unsupported_media_type', 'Send application/json.');
  if (status === 429) return new Refusal('rate_limited', 'rate_limited', 'Too many requests.');
  if (status === 503)
    return new Refusal('unavailable', 'unavailable', 'Try again in a moment.', { retryAfterSeconds: 1 });
  if (status === 401) return new Refusal('unauthenticated', 'unauthenticated', 'This needs an access token.');
  if (status === 403) return new Refusal('forbidden', 'forbidden', 'This is not allowed.');
  if (status < 400 || status >= 500) return undefined;
  if (/json|prototype|property name|unexpected/i.test(message)) {
    return new Refusal('invalid', 'malformed_json', 'The body is not the JSON that this route can read.');
  }
  return new Refusal('invalid', 'malformed_request', 'The request cannot be read.');
}

/** Lost connections, full pools, lock and statement timeouts, serialization failures (SQLSTATE and Node's codes): worth a retry. */
const faultCodes =
  /^(08...|57P0[1-3]|53[0-9A-Z]{3}|55P03|57014|40001|40P01|25006|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT)$/;
const faultMessages =
  /timeout exceeded when trying to connect|connection terminated|client has encountered a connection error/i;

function fromFault(thrown: unknown): Refusal | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  if (!faultCodes.test(code) && !faultMessages.test(thrown.message)) return undefined;
  return new Refusal(
    'unavailable',
    'temporarily_unavailable',
    'A part we depend on is not available. Try again in a moment.',
    {
      retryAfterSeconds: 1,
    },
  );
}
