import { Module } from '@nestjs/common';
import { AuthLogModule } from '../auth-log/auth-log.module';
import { KeysModule } from '../keys/keys.module';
import { UsersModule } from '../users/users.module';
import { CleanTokens } from './clean-tokens';
import { EndSession } from './end-session';
import { IssueTokens } from './issue-tokens';
import { LogIn } from './log-in';
import { LogInRecords } from './log-in-records';
import { RefreshSession } from './refresh-session';
import { SessionsController } from './sessions.controller';
import { SessionsRepository } from './sessions.repository';

@Module({
  imports: [AuthLogModule, KeysModule, UsersModule],
  controllers: [SessionsController],
  providers: [CleanTokens, EndSession, IssueTokens, LogIn, LogInRecords, RefreshSession, SessionsRepository],
})
export class SessionsModule {}
