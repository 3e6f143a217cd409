import { eventually, freePort, startBroker, startPostgres, startService, testBroker } from '@florin/testing';
import { NotesModule } from './notes/notes';

const writer = { as: { roles: ['customer'] } };

describe('a service whose neighbours are down', () => {
  it('K8S-10: is not ready without its database, but alive; and ready again when it is back', async () => {
    const server = await startPostgres({ durable: false });
    const database = { url: server.url(), drop: () => Promise.resolve() };
    const notes = await startService(NotesModule, {
      database,
      broker: await testBroker(),
      env: { LOG_LEVEL: 'silent' },
    });
    expect((await notes.http.get('/readyz')).status).toBe(200);

    await server.kill();
    const unready = await eventually(async () => {
      const answer = await notes.http.get('/readyz');
      return answer.status === 503 && answer;
    });
    expect(unready.body).toMatchObject({ status: 'error', error: { database: { status: 'down' } } });
    expect(JSON.stringify(unready.body)).not.toContain(String(server.port));
    expect((await notes.http.get('/livez')).status).toBe(200);
    expect((await notes.http.post('/api/v1/notes', { text: 'lost?' }, writer)).status).toBeGreaterThanOrEqual(500);

    await server.restart();
    await eventually(async () => (await notes.http.get('/readyz')).status === 200);
    await eventually(async () => (await notes.http.post('/api/v1/notes', { text: 'kept' }, writer)).status === 201);
    await notes.close();
    await server.stop();
  });

  it('K8S-10: stays ready without the broker, takes writes, and says them when the broker is there', async () => {
    const port = await freePort();
    const broker = { url: `amqp://guest:guest@127.0.0.1:${port}`, namespace: 'late' };
    const notes = await startService(NotesModule, { broker, waitForConsumers: false, env: { LOG_LEVEL: 'silent' } });
    const ready = await notes.http.get('/readyz');
    expect([ready.status, ready.body['info']]).toEqual([
      200,
      expect.objectContaining({ broker: { status: 'up', connected: false } }),
    ]);
    expect((await notes.http.get('/livez')).status).toBe(200);
    const written = await notes.http.post<{ id: string }>('/api/v1/notes', { text: 'waits in the outbox' }, writer);
    expect(written.status).toBe(201);

    const server = await startBroker({ port });
    await eventually(
      async () => (await notes.query('SELECT 1 FROM heard WHERE note_id = $1', [written.body.id])).length === 1,
      { timeoutMs: 20_000 },
    );
    await notes.close();
    await server.stop();
  }, 60_000);

  it('K8S-10: is no longer alive when a handler hangs, since only a restart helps then; and that is no reason to refuse requests', async () => {
    const notes = await startService(NotesModule, { env: { HANDLER_TAKES_MS: '12000', LOG_LEVEL: 'silent' } });
    expect((await notes.http.get('/livez')).status).toBe(200);
    await notes.http.post('/api/v1/notes', { text: 'never handled' }, writer);
    const dead = await eventually(
      async () => {
        const answer = await notes.http.get('/livez');
        return answer.status === 503 && answer;
      },
      { timeoutMs: 20_000 },
    );
    expect(dead.body).toMatchObject({
      error: { consumers: { status: 'down', silent: [expect.stringMatching(/^notes\.on\./)] } },
    });
    expect((await notes.http.get('/readyz')).status).toBe(200);
    await notes.close();
  }, 60_000);
});
