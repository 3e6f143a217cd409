import { defineEvent, exampleId } from '../define';
import { Id, Instant } from '../fields';

export class UserLocked {
  @Id() readonly userId: string;
  @Instant() readonly until: string;
}

/** Said when too many failed logins lock an account for a time. */
export const userLocked = defineEvent({
  type: 'auth.user.locked',
  version: 1,
  data: UserLocked,
  description: 'Said when too many failed logins lock an account for a time.',
  example: {
    userId: exampleId(2),
    until: '2026-11-21T10:15:00.000Z',
  },
});
