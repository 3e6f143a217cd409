import type { LeasedWork } from '@florin/database';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { Roles } from './roles';

/** Effects outside (HTTP, SMTP) that a worker process does from its start until it shuts down. */
export abstract class OutsideWork<Item, Result> implements OnApplicationBootstrap, BeforeApplicationShutdown {
  abstract readonly work: LeasedWork<Item, Result>;

  constructor(private readonly processRoles: Roles) {}

  onApplicationBootstrap(): void {
    if (this.processRoles.has('worker')) this.work.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.work.stop();
  }
}
