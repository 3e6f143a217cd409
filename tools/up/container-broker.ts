import { spawn, spawnSync } from 'node:child_process';
import { isListening } from '../../libs/testing/src/servers/ports';
import { Failure } from './failure';
import type { Broker } from './servers';

const image = 'rabbitmq:4-alpine';
const startTimeoutMs = 180_000;
const pollMs = 300;

/** A RabbitMQ in a container, where there is Docker and no RabbitMQ. Its data are in a volume named after the port. */
export class ContainerBroker implements Broker {
  private readonly name: string;

  constructor(
    private readonly port: number,
    private readonly logFile: string,
  ) {
    this.name = `florin-rabbitmq-${port}`;
  }

  get url(): string {
    return `amqp://guest:guest@127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return undefined;
  }

  async start(): Promise<void> {
    this.docker('rm', '--force', this.name);
    const publish = `127.0.0.1:${this.port}:5672`;
    const child = spawn(
      'docker',
      [
        'run',
        '--detach',
        '--name',
        this.name,
        '--hostname',
        'florin',
        '--publish',
        publish,
        '--volume',
        `${this.name}:/var/lib/rabbitmq`,
        image,
      ],
      { stdio: 'ignore' },
    );
    const started = await new Promise<boolean>((resolve) => {
      child.once('error', () => resolve(false));
      child.once('exit', (code) => resolve(code === 0));
    });
    if (!started) throw new Failure(`Docker could not start ${image}`, `see why: docker run ${image}`, this.logFile);
    const deadline = Date.now() + startTimeoutMs;
    while (!(
      (await isListening(this.port)) &&
      this.docker('exec', this.name, 'rabbitmq-diagnostics', '--quiet', 'check_port_connectivity')
    )) {
      if (Date.now() > deadline)
        throw new Failure('RabbitMQ in its container did not start', `see why: docker logs ${this.name}`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  async stop(): Promise<void> {
    this.docker('stop', '--time', '20', this.name);
    this.docker('rm', '--force', this.name);
    await Promise.resolve();
  }

  async kill(): Promise<void> {
    this.docker('kill', this.name);
    await Promise.resolve();
  }

  async restart(): Promise<void> {
    this.docker('stop', '--time', '20', this.name);
    await this.start();
  }

  /** Forgets its data. */
  removeData(): void {
    this.docker('rm', '--force', this.name);
    this.docker('volume', 'rm', '--force', this.name);
  }

  private docker(...args: string[]): boolean {
    return spawnSync('docker', args, { stdio: 'ignore' }).status === 0;
  }
}
