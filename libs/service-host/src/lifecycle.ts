type Phase = 'starting' | 'serving' | 'draining';

/** Where the process is in its life. Health answers and the request hooks ask it. */
export class Lifecycle {
  private phase: Phase = 'starting';

  get started(): boolean {
    return this.phase !== 'starting';
  }

  get draining(): boolean {
    return this.phase === 'draining';
  }

  serve(): void {
    if (this.phase === 'starting') this.phase = 'serving';
  }

  drain(): void {
    this.phase = 'draining';
  }
}
