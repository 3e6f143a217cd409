import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import type { DeskConfig } from '../config';
import { problem, problemType } from '../problem';
import { Inspector } from './inspector';
import { registerInspector } from './inspector-pages';
import { Mailbox } from './mailbox';
import { registerMailbox } from './mailbox-pages';
import { registerQueues } from './queues';
import { registerTraces } from './traces';

export interface Desk {
  server: FastifyInstance;
  port: number;
  smtpPort: number;
  stop(): Promise<void>;
}

/**
 * Where a developer looks: the mailbox, the webhook inspector, queues and traces. A process of its own behind the edge,
 * so that a thousand mails do not make one API call wait.
 */
export async function startDesk(config: DeskConfig): Promise<Desk> {
  const mailbox = new Mailbox(config.dir);
  const inspector = new Inspector(join(config.dir, 'webhook-secrets.json'));
  const server = fastify({ forceCloseConnections: true });
  // Bodies stay as they came: a signature is over bytes, not over what they mean.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .type(problemType)
      .send(problem(404, 'route_unknown', 'There is no such page on the desk.', request.id)),
  );
  server.get('/readyz', () => ({ status: 'ok' }));
  registerMailbox(server, mailbox);
  registerInspector(server, inspector);
  registerQueues(server, config);
  registerTraces(server, config.services);
  const smtpPort = await mailbox.start(config.smtpPort, config.host);
  await server.listen({ port: config.port, host: config.host });
  const address = server.server.address();
  return {
    server,
    smtpPort,
    port: typeof address === 'object' && address ? address.port : config.port,
    stop: async () => {
      await server.close();
      await mailbox.stop();
    },
  };
}
