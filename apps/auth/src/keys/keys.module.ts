import { Module } from '@nestjs/common';
import { KeysController } from './keys.controller';
import { SigningKeys } from './signing-keys';

@Module({ controllers: [KeysController], providers: [SigningKeys], exports: [SigningKeys] })
export class KeysModule {}
