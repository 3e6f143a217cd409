import { RevokedSessions } from '@florin/access';
import { sessionRevoked } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { AmqpConnections, messagingSettings } from '@florin/messaging';
import { eventually, Peer, startService, type StartedService } from '@florin/testing';
import { connect, type ChannelModel } from 'amqplib';
import { Revocations } from '../src/revocations';
import { NotesModule, notesMigrations } from './notes/notes';

let notes: StartedService;
let api: StartedService;
let auth: Peer;
beforeAll(async () => {
  notes = await startService(NotesModule, { migrations: notesMigrations });
  const { broker, database } = notes;
  api = await startService(NotesModule, { broker, database, roles: 'api' });
  auth = await Peer.open(broker);
});
afterAll(async () => {
  await auth.close();
  await api.close();
  await notes.close();
});

const write = (service: StartedService, sessionId: string) =>
  service.http.post('/api/v1/notes', { text: 'mine' }, { as: { roles: ['customer'], sessionId } });
const revoke = (sessionId: string) => auth.say(sessionRevoked, { userId: newId(), sessionId, reason: 'logged_out' });
const isRefused = (service: StartedService, sessionId: string) =>
  eventually(async () => (await write(service, sessionId)).problem?.code === 'session_revoked', { timeoutMs: 5_000 });

it('GAP-AUTH-06: every process that answers refuses the tokens of an ended session, and of no other', async () => {
  const [ended, open] = [newId(), newId()];
  for (const service of [notes, api]) expect((await write(service, ended)).status).toBe(201);
  revoke(ended);
  for (const service of [notes, api]) {
    await isRefused(service, ended);
    expect((await write(service, open)).status).toBe(201);
  }
});

it('GAP-AUTH-06: what is said while the connection is lost is heard once it is back', async () => {
  const ended = newId();
  const { consuming } = api.app.get(AmqpConnections, { strict: false });
  consuming.discard(await consuming.open());
  revoke(ended);
  await isRefused(api, ended);
});

it('a message that cannot be read stops nothing', async () => {
  const ended = newId();
  auth.say(sessionRevoked, { userId: 'nobody', sessionId: 'none', reason: '' });
  revoke(ended);
  await isRefused(notes, ended);
});

describe('the queue of a process', () => {
  const sessions = new RevokedSessions();
  let connections: AmqpConnections;
  let revocations: Revocations;
  let operator: ChannelModel;
  beforeAll(async () => {
    const { url: rabbitmqUrl, namespace } = notes.broker;
    const settings = messagingSettings({ service: 'short', rabbitmqUrl, namespace });
    connections = new AmqpConnections(settings);
    revocations = new Revocations(connections, settings, sessions);
    operator = await connect(rabbitmqUrl);
    revocations.start();
    await revocations.whenReady();
  });
  afterAll(async () => {
    await connections.close();
    await operator.close();
  });

  it('is declared anew when somebody deletes it', async () => {
    const channel = await operator.createChannel();
    await channel.deleteQueue(revocations.queue);
    const ended = newId();
    await eventually(async () => (await exists(revocations.queue)) && revoke(ended));
    await eventually(() => sessions.has(ended));
    await channel.close();
  });

  it('goes with the process', async () => {
    expect(await exists(revocations.queue)).toBe(true);
    await revocations.stop();
    expect(await exists(revocations.queue)).toBe(false);
  });

  /** Asking for a queue that is not there costs the channel. */
  async function exists(queue: string): Promise<boolean> {
    const channel = await operator.createChannel();
    channel.on('error', () => undefined);
    try {
      await channel.checkQueue(queue);
      await channel.close();
      return true;
    } catch {
      return false;
    }
  }
});
