import { Module } from '@nestjs/common';
import { AuthLogModule } from '../auth-log/auth-log.module';
import { UsersModule } from '../users/users.module';
import { RegistrationController } from './registration.controller';
import { SignUp } from './sign-up';
import { VerificationTokens } from './verification-tokens';
import { VerifyEmail } from './verify-email';

@Module({
  imports: [AuthLogModule, UsersModule],
  controllers: [RegistrationController],
  providers: [SignUp, VerificationTokens, VerifyEmail],
})
export class RegistrationModule {}
