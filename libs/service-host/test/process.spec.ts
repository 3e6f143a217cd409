import { sleep } from '@florin/kernel';
import { eventually, HttpClient, testBroker, testDatabase } from '@florin/testing';
import { Client } from 'pg';
import { notesMigrations } from './notes/notes';
import { NotesProcess } from './notes/notes-process';

const member = '01900000-0000-7000-8000-00000000000a';
const writer = { as: { sub: member, roles: ['customer'] } };

async function query<Row>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}

/** Starting a process takes two seconds on a quiet machine and half a minute on a busy one. */
jest.setTimeout(240_000);
const patient = { timeoutMs: 60_000 };

describe('a service as a process', () => {
  afterEach(() => NotesProcess.endAll());

  it('K8S-12: names every fault in its settings at once, without showing a value, and exits with 78', async () => {
    const notes = NotesProcess.start({
      DATABASE_URL: 'mysql://florin:s3cret@db/notes',
      DATABASE_POOL_SIZE: '-3',
      RABBITMQ_URL: '',
      PORT: '70000',
      ROLES: 'api,workr',
      NOTES_PER_PAGE: 'many',
    });
    expect(await notes.exitCode()).toBe(78);
    const faulty = [...notes.errors.matchAll(/^ {2}([A-Z_]+) /gm)].map((match) => match[1]);
    expect(faulty.sort()).toEqual(
      [
        'DATABASE_POOL_SIZE',
        'DATABASE_URL',
        'JWKS_URL',
        'JWT_AUDIENCE',
        'JWT_ISSUER',
        'NOTES_PER_PAGE',
        'NOTES_SEAL_KEY',
        'PORT',
        'PUBLIC_URL',
        'RABBITMQ_URL',
        'ROLES',
      ].sort(),
    );
    expect(notes.errors).toMatch(/NOTES_SEAL_KEY is missing/);
    expect(notes.errors).not.toContain('s3cret');
  });

  it('GAP-PLT-04: ended by SIGTERM with a request and a handler running, it finishes both, loses nothing and exits with 0', async () => {
    const database = await testDatabase({ migrations: notesMigrations });
    const settings = await NotesProcess.settings(database.url, await testBroker());
    const first = NotesProcess.start({ ...settings, HANDLER_TAKES_MS: '2000' });
    const http = new HttpClient(await first.url());
    const early = await http.post<{ id: string }>('/api/v1/notes', { text: 'its handler runs at the end' }, writer);
    await eventually(
      async () => (await query(database.url, 'SELECT 1 FROM outbox WHERE published_at IS NOT NULL')).length === 1,
      patient,
    );
    await sleep(300);

    const running = http.post<{ id: string }>('/api/v1/notes', { text: 'runs at the end', takes_ms: 3_000 }, writer);
    await sleep(300);
    first.signal('SIGTERM');
    const unready = await eventually(async () => {
      const answer = await http.get('/readyz');
      return answer.status === 503 && answer;
    });
    expect(unready.body).toMatchObject({ error: { lifecycle: { draining: true } } });
    expect(unready.headers.get('connection')).toBe('close');
    const late = await running;
    expect(late.status).toBe(201);
    expect(await first.exitCode()).toBe(0);
    expect(await query(database.url, 'SELECT note_id, times FROM heard')).toEqual([
      { note_id: early.body.id, times: 1 },
    ]);

    const second = NotesProcess.start(settings);
    await second.url();
    await eventually(async () => (await query(database.url, 'SELECT 1 FROM heard')).length === 2, {
      ...patient,
    });
    second.signal('SIGTERM');
    expect(await second.exitCode()).toBe(0);
    expect(await query(database.url, 'SELECT note_id FROM heard WHERE times <> 1')).toEqual([]);
    const order = first.lines.map((line) => line.msg).filter((message) => message?.startsWith('end'));
    expect(order).toEqual(['ending: not ready any more', 'ending: messages are done, AMQP is closed', 'ended']);
    await database.drop();
  });

  it('OBS-30: writes a line for each request with its ids, and never a token', async () => {
    const database = await testDatabase({ migrations: notesMigrations });
    const notes = NotesProcess.start(await NotesProcess.settings(database.url, await testBroker()));
    const http = new HttpClient(await notes.url());
    const written = await http.post<{ id: string }>(
      '/api/v1/notes',
      { text: 'logged' },
      { ...writer, headers: { 'request-id': 'request-1234' } },
    );
    await http.get('/api/v1/notes/17/broken', { query: { token: 's3cret' }, token: null });
    await http.get('/livez');
    notes.signal('SIGTERM');
    await notes.exitCode();

    const requests = notes.lines.filter((line) => line.msg === 'request');
    expect(requests).toEqual([
      expect.objectContaining({
        level: 'info',
        service: 'notes',
        method: 'POST',
        route: '/api/v1/notes',
        status: 201,
        request_id: 'request-1234',
        trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        member_id: member,
        note_id: written.body.id,
        duration_ms: expect.any(Number),
      }),
      expect.objectContaining({
        level: 'error',
        route: '/api/v1/notes/:noteId/broken',
        params: { noteId: '17' },
        status: 500,
      }),
    ]);
    const text = JSON.stringify(notes.lines);
    expect(text).toContain('cannot read 17');
    expect(text).not.toMatch(/s3cret|eyJ|Bearer e/);
    await database.drop();
  });
});
