import type { Caller } from '@florin/access';
import { Reads, Transactions } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { canonicalJson, present, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { AddressKeys } from './address-keys';
import { currentRules, decidePayment, type Judges, knowsRules, type Verdict } from './decide-payment';
import { decisionNotFound } from './decision-queries';
import { DecisionsRepository, type LoggedDecision } from './decisions.repository';
import type { ReplayedDto, ReplayedManyDto } from './replay.dto';
import { defaultSettings, defaultVersion, type FraudSettings } from './fraud-settings';
import { vectorVersion } from './model-vector';
import { requireSense } from './save-fraud-settings';
import { SettingsRepository, type StoredModel } from './settings.repository';

/** Decisions that one request replays: bounds its time; the rest is asked for from where it ended. */
const mostReplayed = 5_000;
const perPage = 500;
const mostExamples = 20;

/** What decisions are taken again with: what they were taken with, what holds now, or settings that nobody has said yet. */
export interface Replay {
  with: 'stored' | 'current' | 'draft';
  draft?: FraudSettings;
}

/** From the first instant to before the second, ISO 8601. */
export interface Span {
  from: string;
  to: string;
}

/** Takes decisions again from what they were taken from. No decision changes: it shows what was, or what would be. */
@Injectable()
export class ReplayDecisions {
  constructor(
    private readonly reads: Reads,
    private readonly decisions: DecisionsRepository,
    private readonly settings: SettingsRepository,
    private readonly addressKeys: AddressKeys,
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
  ) {}

  /** One decision; refuses with 404, and with 422 `rules_unknown` for rules that are no longer here. */
  execute(caller: Caller, request: IdempotentRequest, id: string, replay: Replay): Promise<Answered<ReplayedDto>> {
    return this.kept(request, () => this.one(caller.merchantId, id, replay));
  }

  /** All of a span of time, with how many come out otherwise. */
  executeMany(
    caller: Caller,
    request: IdempotentRequest,
    span: Span,
    replay: Replay,
  ): Promise<Answered<ReplayedManyDto>> {
    return this.kept(request, () => this.many(caller.merchantId, span, replay));
  }

  private async one(merchantId: string, id: string, replay: Replay): Promise<ReplayedDto> {
    requireSensible(replay);
    const decision = await this.decisions.logged(this.reads, merchantId, id);
    if (!decision) throw decisionNotFound();
    const judgesOf = await this.judges(merchantId, replay, [decision]);
    const verdict = this.again(decision, judgesOf(decision));
    return { ...verdict, equal: isEqual(decision, verdict) };
  }

  private async many(merchantId: string, wanted: Span, replay: Replay): Promise<ReplayedManyDto> {
    requireSensible(replay);
    const [from, to] = [new Date(wanted.from), new Date(wanted.to)];
    const counts = new Map<string, number>();
    const differing: string[] = [];
    let [examined, last]: [number, LoggedDecision | undefined] = [0, undefined];
    let isMore = true;
    while (isMore && examined < mostReplayed) {
      const span: { from: Date; to: Date; afterId: string | null } = { from, to, afterId: last?.id ?? null };
      const found = await this.decisions.between(this.reads, merchantId, span, perPage);
      const judgesOf = await this.judges(merchantId, replay, found);
      for (const decision of found) {
        const verdict = this.again(decision, judgesOf(decision));
        const change = `${decision.outcome} ${verdict.outcome}`;
        counts.set(change, (counts.get(change) ?? 0) + 1);
        if (!isEqual(decision, verdict)) differing.push(decision.id);
      }
      examined += found.length;
      last = found.at(-1) ?? last;
      isMore = found.length === perPage;
    }
    return {
      examined,
      differing: differing.length,
      examples: differing.slice(0, mostExamples),
      outcomes: [...counts].map(([change, count]) => {
        const [logged = '', replayed = ''] = change.split(' ');
        return { logged, replayed, count };
      }),
      has_more: isMore,
      until: isMore && last ? last.decidedAt : null,
    };
  }

  /** Ids of those that come out otherwise with what they were taken with. */
  async differing(merchantId: string, decisions: readonly LoggedDecision[]): Promise<string[]> {
    const judgesOf = await this.judges(merchantId, { with: 'stored' }, decisions);
    return decisions.filter((each) => !isEqual(each, this.again(each, judgesOf(each)))).map(({ id }) => id);
  }

  /** What came of it is kept under the key of the request, and is nothing but that. */
  private kept<T>(request: IdempotentRequest, replay: () => Promise<T>): Promise<Answered<T>> {
    return this.transactions.run((tx) => this.idempotency.once(tx, request, async () => ok(await replay())));
  }

  private again({ features }: LoggedDecision, judges: Judges): Verdict {
    return decidePayment(features, judges, this.addressKeys.keyOf);
  }

  /** What each of these decisions is taken again with. Read once for all of them. */
  private async judges(
    merchantId: string,
    replay: Replay,
    decisions: readonly LoggedDecision[],
  ): Promise<(decision: LoggedDecision) => Judges> {
    if (replay.with !== 'stored') {
      const [settings, model] = await Promise.all([
        this.settings.one(this.reads, merchantId),
        this.settings.activeModel(this.reads, merchantId, vectorVersion),
      ]);
      const held = replay.draft ?? settings?.settings ?? defaultSettings;
      return () => ({ settings: held, model: model ?? null, rules: currentRules });
    }
    const versions = [...new Set(decisions.map(({ settingsVersion }) => settingsVersion))];
    const settings = new Map<number, FraudSettings>([[defaultVersion, defaultSettings]]);
    for (const version of versions.filter((each) => each !== defaultVersion)) {
      const found = await this.settings.one(this.reads, merchantId, version);
      settings.set(version, present(found, `version ${version} of the settings that a decision names`).settings);
    }
    const models = await this.settings.models(this.reads, merchantId, modelsOf(decisions));
    return (decision) => storedJudges(decision, settings, models);
  }
}

const modelsOf = (decisions: readonly LoggedDecision[]): number[] => [
  ...new Set(decisions.flatMap(({ modelVersion }) => modelVersion ?? [])),
];

function storedJudges(
  { rulesVersion, settingsVersion, modelVersion }: LoggedDecision,
  settings: ReadonlyMap<number, FraudSettings>,
  models: ReadonlyMap<number, StoredModel>,
): Judges {
  if (!knowsRules(rulesVersion))
    throw new Refusal('unprocessable', 'rules_unknown', `Version ${rulesVersion} of the rules is no longer here.`);
  return {
    settings: present(settings.get(settingsVersion), 'the settings that a decision names'),
    model: modelVersion === null ? null : present(models.get(modelVersion), 'the model that a decision names'),
    rules: rulesVersion,
  };
}

function requireSensible({ draft }: Replay): void {
  if (draft) requireSense(draft);
}

const isEqual = (decision: LoggedDecision, verdict: Verdict): boolean =>
  canonicalJson(essenceOf(decision)) === canonicalJson(essenceOf(verdict));

/** What a decision says. Weights are what was set, and count by what they make of the score. */
const essenceOf = ({ outcome, score, results }: Verdict): unknown => ({
  outcome,
  score,
  results: results.map(({ rule, score: certainty, reasons }) => ({ rule, certainty, reasons })),
});
