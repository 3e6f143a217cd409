import { Module } from '@nestjs/common';
import { KeepTemplates } from './keep-templates';
import { TemplatesController } from './templates.controller';
import { TemplatesRepository } from './templates.repository';

@Module({
  controllers: [TemplatesController],
  providers: [KeepTemplates, TemplatesRepository],
  exports: [KeepTemplates],
})
export class TemplatesModule {}
