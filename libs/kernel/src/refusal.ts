/** What sort of no it is; the HTTP edge maps each to one status. */
export type RefusalKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'gone'
  | 'precondition_failed'
  | 'too_large'
  | 'unsupported_media'
  | 'unprocessable'
  | 'precondition_required'
  | 'rate_limited'
  | 'unavailable';

/** One field at fault: a JSON path, a stable code and a sentence. */
export interface FieldError {
  field: string;
  code: string;
  message: string;
}

export interface RefusalDetails {
  errors?: FieldError[];
  /** When to try again, for rate_limited and unavailable. */
  retryAfterSeconds?: number;
}

/** The business says no. The code is stable and public; the detail is a sentence for a person and holds no secret. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly kind: RefusalKind,
    readonly code: string,
    detail: string,
    readonly details: RefusalDetails = {},
  ) {
    super(detail);
  }

  /** A refusal about one field of the input. */
  static field(kind: RefusalKind, field: string, code: string, detail: string): Refusal {
    return new Refusal(kind, code, detail, { errors: [{ field, code, message: detail }] });
  }
}
