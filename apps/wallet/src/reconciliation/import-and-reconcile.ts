import type { Caller } from '@florin/access';
import type { Answered, IdempotentRequest } from '@florin/http';
import { Injectable, Logger } from '@nestjs/common';
import { ImportStatement } from './import-statement';
import { Reconcile } from './reconcile';
import type { ImportDto, ImportQuery } from './statement.dto';
import type { StatementFile } from './statement-bodies';

/** A sender waits no longer than this for the rules; what is left the job does. */
const patienceMs = 10_000;

/** Takes a statement and then tries the rules on it. Once the statement is kept nothing that the rules do can fail it. */
@Injectable()
export class ImportAndReconcile {
  private readonly logger = new Logger(ImportAndReconcile.name);

  constructor(
    private readonly importStatement: ImportStatement,
    private readonly reconcile: Reconcile,
  ) {}

  async execute(
    caller: Caller,
    request: IdempotentRequest,
    query: ImportQuery,
    file: StatementFile,
  ): Promise<Answered<ImportDto>> {
    const input = { accountId: query.account_id, corrects: query.corrects };
    const answer = await this.importStatement.execute(caller, request, input, file);
    try {
      await this.reconcile.execute(answer.body.account_id, AbortSignal.timeout(patienceMs));
    } catch (error) {
      this.logger.warn(`The rules were not tried on import ${answer.body.id}; the job will: ${String(error)}`);
    }
    return answer;
  }
}
