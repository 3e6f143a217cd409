import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { testingConfig } from './config';
import { startBroker } from './servers/rabbitmq';
import { sharedServer } from './servers/shared-server';

export interface TestBroker {
  url: string;
  /** Prefix for exchanges and queues that no other test uses. */
  namespace: string;
}

/** A namespace of its own on the RabbitMQ that the whole test run uses. To kill a broker, start one with startBroker(). */
export async function testBroker(): Promise<TestBroker> {
  const url = testingConfig.rabbitmqUrl() ?? (await sharedServer('rabbitmq', startShared));
  return { url, namespace: `t${randomBytes(6).toString('hex')}` };
}

async function startShared(folder: string) {
  const server = await startBroker({ dir: join(folder, 'broker'), stopWithParent: false });
  const processes = [
    ...(server.pid === undefined ? [] : [{ pid: server.pid, signal: 'TERM' as const }]),
    ...(server.nameServerPid === undefined ? [] : [{ pid: server.nameServerPid, signal: 'KILL' as const }]),
  ];
  return { url: server.url, port: server.port, processes, folder };
}
