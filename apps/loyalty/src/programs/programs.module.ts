import { Module } from '@nestjs/common';
import { FindPrograms } from './find-programs';
import { ProgramQueries } from './program-queries';
import { ProgramsController } from './programs.controller';
import { ProgramsRepository } from './programs.repository';
import { SaveProgram } from './save-program';

@Module({
  controllers: [ProgramsController],
  providers: [FindPrograms, ProgramQueries, ProgramsRepository, SaveProgram],
  exports: [FindPrograms],
})
export class ProgramsModule {}
