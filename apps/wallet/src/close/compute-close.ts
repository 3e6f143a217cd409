import type { Tx } from '@florin/database';
import { hashOf } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { Month } from '../liability/months';
import { ProgramSettings, type Setting } from '../liability/program-settings';
import { type CohortLine, closePeriod } from './close-period';
import { type Close, type CloseInputs, ClosesRepository, type HashedHappened } from './closes.repository';

export interface Computed {
  inputs: CloseInputs;
  inputsHash: string;
  lines: CohortLine[];
  resultHash: string;
  /** Over inputs, result and the hash of the close before: whoever changes one month changes all that follow. */
  hash: string;
}

type Source = Pick<Tx, 'query'>;

/** Computes a month from the events of the lots alone; the same again gives the same hashes. */
@Injectable()
export class ComputeClose {
  constructor(
    private readonly closes: ClosesRepository,
    private readonly settings: ProgramSettings,
  ) {}

  /** With the settings in force, or with those that an earlier computation of the month names. */
  async within(
    source: Source,
    merchantId: string,
    period: Month,
    previous: Pick<Close, 'id' | 'hash'> | undefined,
    versions?: CloseInputs['settings'],
  ): Promise<Computed> {
    const happened = await this.happened(source, merchantId, period);
    const programs = [...new Set(happened.map(({ programId }) => programId))];
    const settings = versions
      ? await this.settings.atVersions(
          source,
          versions.map(({ program_id, version }) => ({ programId: program_id, version })),
        )
      : await this.settings.inForce(source, programs);
    const before = previous && (await this.closes.lines(source, previous.id));
    const lines = closePeriod(period, happened, settings, before);
    const inputs = {
      settings: programs.map((program_id) => ({ program_id, version: settings.get(program_id)?.version ?? 0 })),
      events: happened.reduce((sum, { count }) => sum + count, 0),
    };
    const inputsHash = hashOf({
      merchantId,
      period,
      happened,
      settings: programs.map((id) => valuesOf(settings.get(id))),
    });
    const resultHash = hashOf(lines);
    return { inputs, inputsHash, lines, resultHash, hash: chained(previous?.hash ?? null, inputsHash, resultHash) };
  }

  /** Everything until the end of the month, in the order of its keys; a month at a time, so that no statement is long. */
  private async happened(source: Source, merchantId: string, period: Month): Promise<HashedHappened[]> {
    const rows: HashedHappened[] = [];
    for (const month of await this.closes.months(source, merchantId, period))
      rows.push(...(await this.closes.happenedIn(source, merchantId, month)));
    const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
    return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ row }) => row);
  }
}

const keyOf = ({ programId, currency, cohort, period, kind, late }: HashedHappened): string =>
  [programId, currency, cohort, period, kind, late].join(' ');

/** SHA-256 (hex) over the canonical JSON of the three. */
export function chained(previousHash: string | null, inputsHash: string, resultHash: string): string {
  return hashOf({ previousHash, inputsHash, resultHash });
}

function valuesOf(setting: Setting | undefined) {
  if (!setting) return null;
  const { programId, version, pointValueMicros, redemptionBps, priorWeightPoints, spreadBps } = setting;
  return { programId, version, pointValueMicros, redemptionBps, priorWeightPoints, spreadBps };
}
