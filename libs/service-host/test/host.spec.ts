import { startService } from '@florin/testing';
import type { StartedService } from '@florin/testing';
import { NotesModule, notesMigrations } from './notes/notes';

describe('a service in its host', () => {
  let notes: StartedService;

  beforeAll(async () => {
    notes = await startService(NotesModule, { migrations: notesMigrations });
  });

  afterAll(async () => {
    await notes.close();
  });

  it('K8S-10: says that it is alive, ready and started', async () => {
    for (const path of ['/livez', '/readyz', '/startupz']) {
      const answer = await notes.http.get(path);
      expect([path, answer.status, answer.body['status']]).toEqual([path, 200, 'ok']);
    }
  });
});
