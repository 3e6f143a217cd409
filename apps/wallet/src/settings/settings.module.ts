import { Module } from '@nestjs/common';
import { FindSettings } from './find-settings';
import { SaveSettings } from './save-settings';
import { SettingsController } from './settings.controller';
import { SettingsRepository } from './settings.repository';

@Module({
  controllers: [SettingsController],
  providers: [FindSettings, SaveSettings, SettingsRepository],
  exports: [FindSettings],
})
export class SettingsModule {}
