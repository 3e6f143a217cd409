import { Module } from '@nestjs/common';
import { ProgramsModule } from '../programs/programs.module';
import { EnrolMembers } from './enrol-members';
import { KeepStandings } from './keep-standings';
import { MemberQueries } from './member-queries';
import { MembersController } from './members.controller';
import { MembersRepository } from './members.repository';
import { UserVerifiedConsumer } from './user-verified.consumer';

@Module({
  imports: [ProgramsModule],
  controllers: [MembersController, UserVerifiedConsumer],
  providers: [EnrolMembers, KeepStandings, MemberQueries, MembersRepository],
  exports: [EnrolMembers, KeepStandings],
})
export class MembersModule {}
