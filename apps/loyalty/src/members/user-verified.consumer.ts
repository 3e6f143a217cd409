import { causeOf, type Envelope, userVerified, type UserVerified } from '@florin/contracts';
import { ConsumesSet, type Delivery } from '@florin/messaging';
import { Controller } from '@nestjs/common';
import { FindPrograms } from '../programs/find-programs';
import { EnrolMembers } from './enrol-members';

/** Whoever verified an address becomes a member of the merchant's default programs, one in each currency. */
@Controller()
export class UserVerifiedConsumer {
  constructor(
    private readonly programs: FindPrograms,
    private readonly enrolMembers: EnrolMembers,
  ) {}

  @ConsumesSet(userVerified)
  async handle(events: Envelope<UserVerified>[], { tx }: Delivery): Promise<void> {
    const programs = [
      ...(
        await this.programs.defaultsOf(
          tx,
          events.map(({ data }) => data.merchantId),
        )
      ).values(),
    ];
    await this.enrolMembers.within(
      tx,
      events.flatMap((event) =>
        programs
          .filter((program) => program.merchantId === event.data.merchantId)
          .map((program) => ({
            memberId: event.data.userId,
            program,
            at: new Date(event.data.verifiedAt),
            cause: causeOf(event),
          })),
      ),
    );
  }
}
