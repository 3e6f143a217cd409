import type { Tx } from '@florin/database';
import { Injectable } from '@nestjs/common';
import type { Program } from './program-rules';
import { ProgramsRepository } from './programs.repository';

/** Finds the programs that orders and members belong to. */
@Injectable()
export class FindPrograms {
  constructor(private readonly programs: ProgramsRepository) {}

  /** The default program of each merchant and currency, keyed by `programKey`. */
  defaultsOf(tx: Tx, merchantIds: readonly string[]): Promise<Map<string, Program>> {
    return this.programs.defaultsOf(tx, merchantIds);
  }
}
