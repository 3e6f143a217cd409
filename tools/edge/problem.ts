import { STATUS_CODES } from 'node:http';

/** The same shape of error that the services answer (RFC 9457), for what only the edge can say. */
export function problem(status: number, code: string, detail: string, requestId: string): string {
  return JSON.stringify({
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
    request_id: requestId,
  });
}

export const problemType = 'application/problem+json; charset=utf-8';
