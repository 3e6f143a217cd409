import { Logger } from '@nestjs/common';
import { connect, type ChannelModel } from 'amqplib';
import type { Socket } from 'node:net';
import { backoffMs, corkPerTurn, sleep } from '@florin/kernel';
import type { MessagingSettings } from './settings';
import { within } from './within';

/** Twice this without a sign of life, and amqplib gives the connection up. */
const heartbeatSeconds = 10;
const connectTimeoutMs = 10_000;

export class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed';
}

/** One AMQP connection that is made again, with backoff, until it is closed on purpose. Channels are their users' business. */
export class AmqpConnection {
  private readonly logger = new Logger('Amqp');
  private readonly stopped = new AbortController();
  private model: ChannelModel | undefined;
  private openedAt = 0;
  private opening: Promise<ChannelModel> | undefined;

  constructor(
    private readonly purpose: string,
    private readonly settings: MessagingSettings,
  ) {}

  get connected(): boolean {
    return this.model !== undefined;
  }

  /** How long the connection has been up; 0 while it is down. */
  upForMs(now = Date.now()): number {
    return this.model ? now - this.openedAt : 0;
  }

  /** The open connection; waits until there is one. Throws ConnectionClosed after close(). */
  open(): Promise<ChannelModel> {
    if (this.stopped.signal.aborted) return Promise.reject(new ConnectionClosed('the AMQP connection was closed'));
    if (this.model) return Promise.resolve(this.model);
    this.opening ??= this.connectUntilItWorks().finally(() => (this.opening = undefined));
    return this.opening;
  }

  /** Gives up a connection that no longer answers: it is cut, and the next open() makes a new one. */
  discard(model: ChannelModel): void {
    if (this.model === model) this.model = undefined;
    const stream = socketOf(model);
    // With an error: amqplib does not notice a socket that ends without one, and its channels would hang until the next heartbeat.
    stream?.destroy(new Error('given up'));
  }

  async close(): Promise<void> {
    if (this.stopped.signal.aborted) return;
    this.stopped.abort();
    const model = this.model;
    this.model = undefined;
    if (!model) return;
    const closed = model
      .close()
      .catch((error: unknown) => this.logger.debug(`${this.purpose}: closed with ${String(error)}`));
    if (!(await within(connectTimeoutMs, closed))) this.discard(model);
  }

  private async connectUntilItWorks(): Promise<ChannelModel> {
    for (let attempt = 0; !this.stopped.signal.aborted; attempt += 1) {
      try {
        return await this.connectOnce();
      } catch (error) {
        if (attempt % 10 === 0) this.logger.warn(`${this.purpose}: the broker cannot be reached: ${String(error)}`);
        await sleep(
          backoffMs(attempt, this.settings.reconnectBaseMs, this.settings.reconnectLimitMs),
          this.stopped.signal,
        );
      }
    }
    throw new ConnectionClosed('the AMQP connection was closed');
  }

  private async connectOnce(): Promise<ChannelModel> {
    const model = await connect(withHeartbeat(this.settings.rabbitmqUrl), {
      noDelay: true,
      keepAlive: true,
      timeout: connectTimeoutMs,
      clientProperties: { connection_name: `${this.settings.service}: ${this.purpose}` },
    });
    const socket = socketOf(model);
    if (socket) corkPerTurn(socket);
    model.on('error', (error) => this.logger.warn(`${this.purpose}: ${error.message}`));
    model.on('blocked', (reason) => this.logger.warn(`${this.purpose}: the broker takes nothing for now: ${reason}`));
    model.on('close', () => {
      if (this.model === model) this.model = undefined;
    });
    if (this.stopped.signal.aborted) {
      this.discard(model);
      throw new ConnectionClosed('the AMQP connection was closed');
    }
    this.model = model;
    this.openedAt = Date.now();
    return model;
  }
}

/** amqplib keeps its socket to itself. */
function socketOf(model: ChannelModel): Socket | undefined {
  return (model.connection as unknown as { stream?: Socket }).stream;
}

function withHeartbeat(url: string): string {
  const address = new URL(url);
  if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', String(heartbeatSeconds));
  return address.toString();
}
