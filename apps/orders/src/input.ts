import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { ValidateBy, ValidateIf } from 'class-validator';
import type { Caller } from '@florin/access';
import { IsId } from '@florin/http';
import { isId, Refusal } from '@florin/kernel';

/** An id in a body. Written small, so that it equals the id as the database gives it. */
export function Id(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toLowerCase() : value)),
    IsId(),
  );
}

/** May be left out of a body; null is not leaving out, so it is refused like any other wrong value. */
export function Optional(): PropertyDecorator {
  return ValidateIf((_: object, value: unknown) => value !== undefined);
}

/** The merchant in force. One that is no id of ours has nothing here. */
export function merchantOf(caller: Caller): string {
  const { merchantId } = caller;
  if (!isId(merchantId)) throw notFound();
  return merchantId.toLowerCase();
}

/** The shopper who calls. A service has no cart and no orders of its own. */
export function memberOf(caller: Caller): string {
  if (caller.kind !== 'user' || !isId(caller.subject)) {
    throw new Refusal('forbidden', 'members_only', 'This is for signed-in shoppers.');
  }
  return caller.subject.toLowerCase();
}

/** The same answer for what is missing, foreign or malformed, so that nobody can tell which. */
export function notFound(): Refusal {
  return new Refusal('not_found', 'not_found', 'There is no such thing.');
}

const instantPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$/;

/** An instant with a zone, such as 2026-11-21T10:00:00Z. */
export function IsInstant(): PropertyDecorator {
  return ValidateBy({
    name: 'isInstant',
    validator: {
      validate: (value) => typeof value === 'string' && instantPattern.test(value) && !Number.isNaN(Date.parse(value)),
      defaultMessage: () => '$property must be an instant with a zone such as 2026-11-21T10:00:00Z',
    },
  });
}
