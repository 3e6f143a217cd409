import type { Caller } from '@florin/access';
import { Jobs, Transactions, type Tx } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import type { TrainedDto } from './fraud.dto';
import { defaultSettings } from './fraud-settings';
import { LabelsRepository } from './labels.repository';
import { vectorOf, vectorVersion } from './model-vector';
import { SettingsRepository } from './settings.repository';
import { trainModel } from './train-model';

/** The newest labelled payments: what fraud looks like changes, and a training must end. */
const mostExamples = 20_000;
const job = 'train-fraud-models';

/** Trains the model of each merchant from what payments turned out to be. It is used only when it beats the merchant's bar. */
@Injectable()
export class TrainModels implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly labels: LabelsRepository,
    private readonly settings: SettingsRepository,
  ) {}

  onModuleInit(): void {
    this.jobs.register(job, 'Trains the fraud models from reviews and chargebacks.', (run) =>
      this.all((count) => run.add(count)),
    );
  }

  @Cron(CronExpression.EVERY_DAY_AT_3AM, { name: job, waitForCompletion: true })
  async run(): Promise<void> {
    await this.jobs.run(job, (run) => this.all((count) => run.add(count)));
  }

  /** Trains the model of the caller's merchant now. */
  execute({ merchantId }: Caller, request: IdempotentRequest): Promise<Answered<TrainedDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => ok(await this.train(tx, merchantId))),
    );
  }

  private async all(add: (count: number) => Promise<void>): Promise<void> {
    const merchants = await this.transactions.run((tx) => this.labels.merchants(tx));
    for (const merchantId of merchants) {
      const { version } = await this.transactions.run((tx) => this.train(tx, merchantId));
      if (version !== null) await add(1);
    }
  }

  /** Gives no version when nothing new was learnt since the last one, or there is nothing to tell apart. */
  private async train(tx: Tx, merchantId: string): Promise<TrainedDto> {
    const [examples, settings, newest] = await Promise.all([
      this.labels.examples(tx, merchantId, mostExamples),
      this.settings.one(tx, merchantId),
      this.settings.newestModel(tx, merchantId),
    ]);
    const bar = settings?.settings.model ?? defaultSettings.model;
    const trained = trainModel(
      examples.map(({ paymentId, features, fraud }) => ({ paymentId, vector: vectorOf(features), fraud })),
      bar,
    );
    if (!trained) return { version: null, active: false, auc: null, reason: 'nothing_to_tell_apart' };
    const { auc = null, active, reason } = trained;
    // Another bar makes the same model count or not.
    const digest = `${trained.digest}:${bar.min_examples}:${bar.min_auc}`;
    if (newest?.digest === digest) return { version: null, active, auc, reason: 'nothing_new' };
    const version = (newest?.version ?? 0) + 1;
    await this.settings.insertModel(tx, merchantId, { ...trained, auc, digest, version, vectorVersion });
    return { version, active, auc, reason };
  }
}
