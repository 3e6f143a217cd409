import { Injectable } from '@nestjs/common';

/** Wakes the relay of this process once a transaction that said something is durable: no round trip, no NOTIFY. */
@Injectable()
export class OutboxWake {
  private listener: (() => void) | undefined;

  /** True while this process holds the relay of the database. */
  get relayIsHere(): boolean {
    return this.listener !== undefined;
  }

  wake(): void {
    this.listener?.();
  }

  listen(listener: (() => void) | undefined): void {
    this.listener = listener;
  }
}
