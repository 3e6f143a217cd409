import { Module } from '@nestjs/common';
import { PaymentsModule } from '../payments/payments.module';
import { PayoutsModule } from '../payouts/payouts.module';
import { AccountQueries } from './account-queries';
import { AccountsController } from './accounts.controller';
import { AccountsRepository } from './accounts.repository';
import { BookMatches } from './book-matches';
import { CandidatesRepository } from './candidates.repository';
import { DryRun } from './dry-run';
import { ExceptionQueries } from './exception-queries';
import { ExceptionsController } from './exceptions.controller';
import { ExceptionsRepository } from './exceptions.repository';
import { ImportAndReconcile } from './import-and-reconcile';
import { ImportStatement } from './import-statement';
import { LinesRepository } from './lines.repository';
import { MatchByHand } from './match-by-hand';
import { MatchesRepository } from './matches.repository';
import { PlanMatches } from './plan-matches';
import { RaiseExceptions } from './raise-exceptions';
import { Reconcile } from './reconcile';
import { ReconcileJob } from './reconcile-job';
import { ReconciliationController } from './reconciliation.controller';
import { ReportQueries } from './report-queries';
import { ResolveException } from './resolve-exception';
import { SaveAccount } from './save-account';
import { StatementBodies } from './statement-bodies';
import { StatementQueries } from './statement-queries';
import { StatementsController } from './statements.controller';
import { StatementsRepository } from './statements.repository';
import { Steps } from './steps';
import { TellOwners } from './tell-owners';
import { UndoMatch } from './undo-match';
import { UndoMatches } from './undo-matches';
import { UnsettlePayments } from './unsettle-payments';
import { WithdrawLines } from './withdraw-lines';

@Module({
  imports: [PaymentsModule, PayoutsModule],
  controllers: [AccountsController, StatementsController, ExceptionsController, ReconciliationController],
  providers: [
    AccountQueries,
    AccountsRepository,
    BookMatches,
    CandidatesRepository,
    DryRun,
    ExceptionQueries,
    ExceptionsRepository,
    ImportAndReconcile,
    ImportStatement,
    LinesRepository,
    MatchByHand,
    MatchesRepository,
    PlanMatches,
    RaiseExceptions,
    Reconcile,
    ReconcileJob,
    ReportQueries,
    ResolveException,
    SaveAccount,
    StatementBodies,
    StatementQueries,
    StatementsRepository,
    Steps,
    TellOwners,
    UndoMatch,
    UndoMatches,
    UnsettlePayments,
    WithdrawLines,
  ],
})
export class ReconciliationModule {}
