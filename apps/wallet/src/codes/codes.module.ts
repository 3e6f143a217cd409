import { Module } from '@nestjs/common';
import { SettingsModule } from '../settings/settings.module';
import { TryCodes } from './try-codes';

@Module({ imports: [SettingsModule], providers: [TryCodes], exports: [TryCodes] })
export class CodesModule {}
