import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { newId } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { ImportStatement } from './import-statement';
import { PlanMatches } from './plan-matches';
import type { DryRunDto } from './statement.dto';
import type { StatementFile } from './statement-bodies';
import { StatementsRepository } from './statements.repository';

const mostShown = 100;

/** Says what an import would do, and does nothing of it. Refuses whatever the import would refuse of the file itself. */
@Injectable()
export class DryRun {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly importStatement: ImportStatement,
    private readonly planMatches: PlanMatches,
    private readonly statements: StatementsRepository,
  ) {}

  async execute(
    caller: Caller,
    request: IdempotentRequest,
    accountId: string,
    file: StatementFile,
  ): Promise<Answered<DryRunDto>> {
    const { account, parsed } = await this.importStatement.read(caller.merchantId, accountId, file);
    const lines = parsed.flatMap((statement) => statement.lines);
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const known = await this.statements.known(tx, account.id, lines);
        const fresh = lines.filter((_, index) => !known.has(index)).map((line) => ({ ...line, id: newId() }));
        const { matches, left } = await this.planMatches.within(tx, account, fresh);
        return ok({
          currency: account.currency,
          lines: lines.length,
          fresh_lines: fresh.length,
          known_lines: known.size,
          pending_lines: parsed.reduce((sum, { pending }) => sum + pending.count, 0),
          matched_lines: fresh.length - left.length,
          open_lines: left.length,
          fee_minor: matches.reduce((sum, { feeMinor }) => sum + feeMinor, 0),
          matches: matches.slice(0, mostShown).map((match) => ({
            rule: match.rule,
            lines: match.lines.length,
            targets: match.targets.length,
            line_minor: match.lineMinor,
            target_minor: match.targetMinor,
            fee_minor: match.feeMinor,
            difference_minor: match.differenceMinor,
            facts: match.facts,
          })),
        });
      }),
    );
  }
}
