import { Module } from '@nestjs/common';
import { AuthLog } from './auth-log';

@Module({ providers: [AuthLog], exports: [AuthLog] })
export class AuthLogModule {}
