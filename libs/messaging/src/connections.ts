import { Inject, Injectable } from '@nestjs/common';
import { AmqpConnection } from './amqp-connection';
import { ConfirmedPublisher } from './confirmed-publisher';
import { MESSAGING_SETTINGS, type MessagingSettings } from './settings';

/** The process's two AMQP connections. Apart, because a broker short of memory stops reading from publishers, and acknowledgements must still get through. */
@Injectable()
export class AmqpConnections {
  readonly consuming: AmqpConnection;
  readonly publishing: AmqpConnection;
  readonly publisher: ConfirmedPublisher;

  constructor(@Inject(MESSAGING_SETTINGS) settings: MessagingSettings) {
    this.consuming = new AmqpConnection('consume', settings);
    this.publishing = new AmqpConnection('publish', settings);
    this.publisher = new ConfirmedPublisher(this.publishing, settings);
  }

  /** Last step of a shutdown, after the consumers are drained and the relay has stopped. */
  async close(): Promise<void> {
    await Promise.all([this.consuming.close(), this.publishing.close()]);
  }
}
