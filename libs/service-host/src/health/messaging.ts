import { AmqpConnections, FlorinTransport, Relay } from '@florin/messaging';
import type { Revocations } from '../revocations';

/** The messaging parts of this process, as far as its roles started them; a service without messaging has none. */
export class Messaging {
  private transport: FlorinTransport | undefined;
  private relay: Relay | undefined;
  private revocations: Revocations | undefined;

  constructor(private readonly connections: AmqpConnections | undefined) {}

  /** Notes what was started, so that health tells about it and stop() ends it. */
  started(parts: { transport?: FlorinTransport; relay?: Relay; revocations?: Revocations }): void {
    this.transport = parts.transport ?? this.transport;
    this.relay = parts.relay ?? this.relay;
    this.revocations = parts.revocations ?? this.revocations;
  }

  stuck(): boolean {
    return this.transport?.health().stuck ?? false;
  }

  silentQueues(): string[] {
    return (this.transport?.health().consumers ?? [])
      .filter((consumer) => consumer.silent)
      .map((consumer) => consumer.name);
  }

  /** Undefined where this process does not hear. */
  connected(): boolean | undefined {
    return this.transport?.health().connected;
  }

  /** Resolves once every queue is subscribed to. */
  async whenHearing(): Promise<void> {
    await Promise.all([this.transport?.whenReady(), this.revocations?.whenReady()]);
  }

  /** In this order: stop hearing and finish what runs, let the relay have its confirms, hang up. */
  async stop(): Promise<void> {
    await this.revocations?.stop();
    await this.transport?.close();
    await this.relay?.stop();
    await this.connections?.close();
  }
}
