import { Module } from '@nestjs/common';
import { PaymentsModule } from '../payments/payments.module';
import { DecisionQueries } from './decision-queries';
import { DecisionsRepository } from './decisions.repository';
import { ExpireReviews } from './expire-reviews';
import { FraudController } from './fraud.controller';
import { FraudSettingsController } from './fraud-settings.controller';
import { FraudSettingsQueries } from './fraud-settings-queries';
import { LabelPayment } from './label-payment';
import { LabelsRepository } from './labels.repository';
import { ReplayDecisions } from './replay-decisions';
import { ReplaySample } from './replay-sample';
import { ReplaysController } from './replays.controller';
import { ReplaysRepository } from './replays.repository';
import { DecideReview, ReviewPayments } from './review-payments';
import { ReviewQueries } from './review-queries';
import { ReviewsRepository } from './reviews.repository';
import { SaveFraudSettings } from './save-fraud-settings';
import { ScreeningModule } from './screening.module';
import { SettingsRepository } from './settings.repository';
import { TrainModels } from './train-models';

/** The log of decisions is kept in months, as the ledger is. */
export const fraudPartitions = { table: 'fraud_detection_logs', monthsAhead: 3 };

@Module({
  imports: [PaymentsModule, ScreeningModule],
  controllers: [FraudController, FraudSettingsController, ReplaysController],
  providers: [
    DecideReview,
    DecisionQueries,
    DecisionsRepository,
    ExpireReviews,
    FraudSettingsQueries,
    LabelPayment,
    LabelsRepository,
    ReplayDecisions,
    ReplaySample,
    ReplaysRepository,
    ReviewPayments,
    ReviewQueries,
    ReviewsRepository,
    SaveFraudSettings,
    SettingsRepository,
    TrainModels,
  ],
})
export class FraudModule {}
