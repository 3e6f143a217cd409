import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { everyService, listen } from './conversation';
import { generatedDocs } from './write-docs';

const root = join(__dirname, '../..');

describe('the generated documents', () => {
  it.each(['docs/events.md', 'docs/asyncapi.json'])('%s is what the code says today', (path) => {
    const fresh = generatedDocs(root).get(path);
    if (readFileSync(join(root, path), 'utf8') !== fresh)
      throw new Error(`${path} is stale: run \`npm run docs\` and commit it`);
  });

  it('know a service for every consumer they name', () => {
    for (const { heardBy } of listen(root)) {
      for (const { service, file } of heardBy.filter((hearing) => hearing.service !== everyService))
        expect(file).toMatch(new RegExp(`^apps/${service}/src/`));
    }
  });
});
