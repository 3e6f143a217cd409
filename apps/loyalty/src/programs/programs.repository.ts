import type { Tx } from '@florin/database';
import { type Program, programKey } from './program-rules';
import type { ProgramDto, SaveProgramDto } from './program.dto';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

const view = `
  SELECT program.id, program.merchant_id, program.name, program.currency, program.time_zone, program.status, program.is_default,
         program.version, version.rules, program.created_at, program.updated_at
  FROM loyalty_programs AS program
  JOIN loyalty_program_versions AS version ON version.program_id = program.id AND version.version = program.version`;

const domain = `
  SELECT program.id, program.merchant_id AS "merchantId", program.name, program.currency, program.time_zone AS "timeZone",
         program.status, program.version, version.rules
  FROM loyalty_programs AS program
  JOIN loyalty_program_versions AS version ON version.program_id = program.id AND version.version = program.version`;

/** SQL of programs. */
export class ProgramsRepository {
  /** The default program of each merchant and currency, keyed by `programKey`. */
  async defaultsOf(tx: Tx, merchantIds: readonly string[]): Promise<Map<string, Program>> {
    const rows = await tx.query<Program>(
      `${domain} WHERE program.merchant_id = ANY($1::uuid[]) AND program.is_default`,
      [[...new Set(merchantIds)]],
    );
    return new Map(rows.map((program) => [programKey(program.merchantId, program.currency), program]));
  }

  async one(source: Queries, merchantId: string, id: string): Promise<ProgramDto | undefined> {
    const [program] = await source.query<ProgramDto>(`${view} WHERE program.id = $1 AND program.merchant_id = $2`, [
      id,
      merchantId,
    ]);
    return program;
  }

  async list(source: Queries, merchantId: string, afterId: string | undefined, limit: number): Promise<ProgramDto[]> {
    return source.query<ProgramDto>(
      `${view} WHERE program.merchant_id = $1 AND ($2::uuid IS NULL OR program.id > $2::uuid) ORDER BY program.id LIMIT $3`,
      [merchantId, afterId ?? null, limit],
    );
  }

  async lockVersion(
    tx: Tx,
    merchantId: string,
    id: string,
  ): Promise<{ version: number; currency: string } | undefined> {
    const [program] = await tx.query<{ version: number; currency: string }>(
      'SELECT version, currency FROM loyalty_programs WHERE id = $1 AND merchant_id = $2 FOR UPDATE',
      [id, merchantId],
    );
    return program;
  }

  async insert(tx: Tx, id: string, merchantId: string, input: SaveProgramDto): Promise<void> {
    await tx.execute(
      'INSERT INTO loyalty_programs (id, merchant_id, name, currency, time_zone, is_default) VALUES ($1, $2, $3, $4, $5, $6)',
      [id, merchantId, input.name, input.currency, input.time_zone, input.is_default],
    );
  }

  async update(tx: Tx, id: string, input: SaveProgramDto): Promise<void> {
    await tx.execute(
      'UPDATE loyalty_programs SET name = $2, time_zone = $3, is_default = $4, version = version + 1, updated_at = now() WHERE id = $1',
      [id, input.name, input.time_zone, input.is_default],
    );
  }

  async insertVersion(tx: Tx, id: string, version: number, rules: unknown, createdBy: string): Promise<void> {
    await tx.execute(
      'INSERT INTO loyalty_program_versions (program_id, version, rules, created_by) VALUES ($1, $2, $3, $4)',
      [id, version, JSON.stringify(rules), createdBy],
    );
  }
}
