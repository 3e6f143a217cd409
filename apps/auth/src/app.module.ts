import { AccessModule } from '@florin/access';
import { DatabaseModule } from '@florin/database';
import { HttpModule } from '@florin/http';
import { MessagingModule } from '@florin/messaging';
import { ServiceHostModule } from '@florin/service-host';
import { Module } from '@nestjs/common';
import { AuthLogModule } from './auth-log/auth-log.module';
import { AuthConfig } from './config';
import { KeysModule } from './keys/keys.module';
import { MerchantsModule } from './merchants/merchants.module';
import { migrations } from './migrations';
import { RegistrationModule } from './registration/registration.module';
import { SessionsModule } from './sessions/sessions.module';
import { UsersModule } from './users/users.module';

const service = 'auth';

@Module({
  imports: [
    ServiceHostModule.forService({ service, config: AuthConfig }),
    DatabaseModule.forService({ service, migrations }),
    MessagingModule.forService({ service }),
    HttpModule.forService({ service }),
    AccessModule.forService(),
    KeysModule,
    RegistrationModule,
    SessionsModule,
    UsersModule,
    MerchantsModule,
    AuthLogModule,
  ],
})
export class AppModule {}
