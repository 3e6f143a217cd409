import { Module } from '@nestjs/common';
import { ProgramQueries } from './program-queries';
import { ProgramsController } from './programs.controller';
import { ProgramsRepository } from './programs.repository';
import { SaveProgram } from './save-program';

@Module({
  controllers: [ProgramsController],
  providers: [ProgramQueries, ProgramsRepository, SaveProgram],
  exports: [ProgramsRepository],
})
export class ProgramsModule {}
