import { type JobRun, Jobs, Transactions } from '@florin/database';
import { type Clock, dayMs } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';

const job = 'clean-tokens';
/** Expired tokens are kept so long, for whoever looks into a theft. */
const keepMs = 30 * dayMs;
const perRound = 5_000;

/** Removes refresh and verification tokens that expired long ago, and sessions that have no token left. */
@Injectable()
export class CleanTokens implements OnApplicationBootstrap {
  constructor(
    private readonly jobs: Jobs,
    private readonly transactions: Transactions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.register(job, 'Removes tokens and sessions that ended long ago.', (run) => this.clean(run));
  }

  @Cron(CronExpression.EVERY_HOUR, { name: job, waitForCompletion: true })
  async run(): Promise<void> {
    await this.jobs.run(job, (run) => this.clean(run));
  }

  private async clean(run: JobRun): Promise<void> {
    for (let removed = await this.round(); removed > 0; removed = await this.round()) await run.add(removed);
  }

  private round(): Promise<number> {
    const before = new Date(this.clock.now().getTime() - keepMs);
    return this.transactions.run(async (tx) => {
      const tokens = await tx.query<{ user_id: string; session_id: string }>(
        `DELETE FROM refresh_tokens WHERE token_hash IN (SELECT token_hash FROM refresh_tokens WHERE expires_at < $1 LIMIT $2)
         RETURNING user_id, session_id`,
        [before, perRound],
      );
      await tx.execute(
        `DELETE FROM user_sessions AS session USING unnest($1::uuid[], $2::uuid[]) AS old (user_id, id)
         WHERE session.user_id = old.user_id AND session.id = old.id
           AND NOT EXISTS (SELECT 1 FROM refresh_tokens WHERE session_id = session.id)`,
        [tokens.map((token) => token.user_id), tokens.map((token) => token.session_id)],
      );
      const links = await tx.execute(
        'DELETE FROM email_verification_tokens WHERE token_hash IN (SELECT token_hash FROM email_verification_tokens WHERE expires_at < $1 LIMIT $2)',
        [before, perRound],
      );
      return tokens.length + links;
    });
  }
}
