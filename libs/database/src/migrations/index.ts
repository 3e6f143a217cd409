import type { MigrationClass } from '../migrate';
import { JobRuns1763600000001 } from './job-runs';

/** What this library needs in every service's database; goes first into the service's list. */
export const databaseMigrations: MigrationClass[] = [JobRuns1763600000001];
