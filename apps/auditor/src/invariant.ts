import type { InFlight } from './in-flight';
import type { Service } from './services';
import type { Reader } from './store';

/** Something that breaks an invariant. */
export interface Offender {
  /** Kind and id: `order:<id>`. */
  subject: string;
  /** What is wrong with it, with the numbers. */
  detail: string;
}

export interface Looked {
  /** How many things were looked at. */
  examined: number;
  /** The first that break it. */
  offenders: Offender[];
  /** Time that it kept databases busy, where that was not while it was looked at. */
  milliseconds?: number;
}

/** What an invariant looks through: the same moment in every database, and what was on its way between them then. */
export interface View {
  of(service: Service): Reader;
  /** Ids of what messages on their way speak of. */
  inFlight: InFlight;
  /** What the inboxes say, looked at once before everything else. */
  heard: ReadonlyMap<Service, Looked>;
  /** How long a message may be on its way. */
  graceMs: number;
  /** Offenders wanted at the most. */
  limit: number;
}

/** Something that is true of the house at any moment, whatever crashed before. */
export interface Invariant {
  /** Who it is about, and what holds: `loyalty.lots-are-the-balance`. */
  name: string;
  /** The same as a sentence. */
  says: string;
  services: readonly Service[];
  look(view: View): Promise<Looked>;
}

export interface WithinOptions {
  service: Service;
  name: string;
  says: string;
  /** What is looked at, as it stands behind FROM. */
  examined: string;
  /** Gives (subject, detail) of what breaks it. */
  offenders: string;
}

/** An invariant inside one database: its rows were written in one transaction, so it holds at any moment as it stands. */
export function within({ service, name, says, examined, offenders }: WithinOptions): Invariant {
  return {
    name,
    says,
    services: [service],
    async look(view) {
      const reader = view.of(service);
      const [total] = await reader.query<{ examined: number }>(`SELECT count(*) AS examined FROM ${examined}`);
      return {
        examined: total?.examined ?? 0,
        offenders: await reader.query<Offender>(`SELECT subject, detail FROM (${offenders}) offender LIMIT $1`, [
          view.limit,
        ]),
      };
    },
  };
}
