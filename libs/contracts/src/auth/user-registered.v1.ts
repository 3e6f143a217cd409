import { defineEvent, exampleId } from '../define';
import { Id, Text } from '../fields';

export class UserRegistered {
  @Id() readonly userId: string;
  @Id() readonly merchantId: string;
  @Text() readonly email: string;
  @Text() readonly displayName: string;
  @Text() readonly locale: string;
}

/** Said once, when somebody has signed up; the address is not verified yet. */
export const userRegistered = defineEvent({
  type: 'auth.user.registered',
  version: 1,
  data: UserRegistered,
  description: 'Said once, when somebody has signed up; the address is not verified yet.',
  example: {
    userId: exampleId(2),
    merchantId: exampleId(1),
    email: 'ada@demo.test',
    displayName: 'Ada',
    locale: 'en',
  },
});
