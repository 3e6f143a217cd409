/** What a use case wants to answer: an HTTP status and a JSON body. */
export interface Answer<T> {
  status: number;
  body: T;
}

/** An answer that is on record: given now, or given before and repeated. The interceptor of @Idempotent() unwraps it. */
export class Answered<T> implements Answer<T> {
  constructor(
    readonly status: number,
    readonly body: T,
    readonly replayed: boolean,
  ) {}
}

export const ok = <T>(body: T): Answer<T> => ({ status: 200, body });
export const created = <T>(body: T): Answer<T> => ({ status: 201, body });
export const accepted = <T>(body: T): Answer<T> => ({ status: 202, body });
