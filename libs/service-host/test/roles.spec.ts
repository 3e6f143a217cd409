import { sleep } from '@florin/kernel';
import { eventually, startService, testBroker, testDatabase } from '@florin/testing';
import { NotesModule, notesMigrations } from './notes/notes';

const writer = { as: { roles: ['customer'] } };

describe('the parts of a service in processes of their own', () => {
  it('K8S-08: the api answers, the relay publishes, the worker hears and runs schedules, and none does the work of another', async () => {
    const database = await testDatabase({ migrations: notesMigrations });
    const shared = { database, broker: await testBroker() };
    const api = await startService(NotesModule, { ...shared, roles: 'api' });
    const written = await api.http.post<{ id: string }>('/api/v1/notes', { text: 'apart' }, writer);
    expect(written.status).toBe(201);
    await sleep(1_500);
    const published = () => api.query('SELECT 1 FROM outbox WHERE published_at IS NOT NULL');
    const heard = () => api.query('SELECT times FROM heard WHERE note_id = $1', [written.body.id]);
    expect([await published(), await api.query('SELECT 1 FROM ticks')]).toEqual([[], []]);

    const worker = await startService(NotesModule, { ...shared, roles: 'worker' });
    await eventually(async () => (await api.query('SELECT 1 FROM ticks')).length > 0);
    expect([await published(), await heard()]).toEqual([[], []]);

    const relay = await startService(NotesModule, { ...shared, roles: 'relay' });
    await eventually(async () => (await heard()).length === 1);
    expect(await published()).toHaveLength(1);

    for (const part of [worker, relay]) {
      const refused = await part.http.post('/api/v1/notes', { text: 'not here' }, writer);
      expect([refused.status, refused.problem?.code]).toEqual([404, 'not_served_here']);
      for (const path of ['/livez', '/readyz', '/startupz', '/metrics'])
        expect([path, (await part.http.get(path)).status]).toEqual([path, 200]);
    }
    await Promise.all([api.close(), worker.close(), relay.close()]);
    await database.drop();
  });
});
