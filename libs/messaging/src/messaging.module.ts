import { Module, type BeforeApplicationShutdown, type DynamicModule } from '@nestjs/common';
import { AmqpConnections } from './connections';
import { DeadLetters } from './dead-letters';
import { FlorinTransport } from './florin-transport';
import { Outbox } from './outbox';
import { OutboxWake } from './outbox-wake';
import { Relay } from './relay';
import { MESSAGING_SETTINGS, messagingSettings, type MessagingSettings } from './settings';

const parts = [Outbox, FlorinTransport, Relay, AmqpConnections, DeadLetters];

/** Everything a service needs to say and to hear. Starts nothing by itself: the host connects the transport and starts the relay, by the process's roles. */
@Module({})
export class MessagingModule implements BeforeApplicationShutdown {
  constructor(
    private readonly transport: FlorinTransport,
    private readonly relay: Relay,
    private readonly connections: AmqpConnections,
  ) {}

  /** `service` names queues and sender; anything else in the settings overrides the environment and the defaults. */
  static forService(given: Partial<MessagingSettings> & { service: string }): DynamicModule {
    return {
      module: MessagingModule,
      global: true,
      providers: [{ provide: MESSAGING_SETTINGS, useFactory: () => messagingSettings(given) }, OutboxWake, ...parts],
      exports: [...parts, MESSAGING_SETTINGS],
    };
  }

  /** In this order whoever forgot it: stop hearing and drain, stop saying, hang up. Each does nothing when the host has done it already. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.transport.close();
    await this.relay.stop();
    await this.connections.close();
  }
}
