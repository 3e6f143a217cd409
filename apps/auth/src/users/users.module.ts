import { Module } from '@nestjs/common';
import { AuthLogModule } from '../auth-log/auth-log.module';
import { Accounts } from './accounts';
import { BootstrapAdmin } from './bootstrap-admin';
import { CreateUsers } from './create-users';
import { UserQueries } from './user-queries';
import { UsersController } from './users.controller';
import { UsersRepository } from './users.repository';

@Module({
  imports: [AuthLogModule],
  controllers: [UsersController],
  providers: [Accounts, BootstrapAdmin, CreateUsers, UserQueries, UsersRepository],
  exports: [Accounts],
})
export class UsersModule {}
