import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';

const style = `
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
  a { color: #0b6e4f; } h1 { font-size: 1.4rem; } h1 a { text-decoration: none; color: inherit; }
  table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8884; vertical-align: top; }
  code, pre { font: 13px/1.45 ui-monospace, monospace; } pre { overflow: auto; padding: .6rem; background: #8881; }
  .no { color: #b3261e; } .yes { color: #0b6e4f; } .dim { opacity: .65; }
  @media (prefers-color-scheme: dark) { a, .yes { color: #58c49b; } .no { color: #ff8a80; } }
`;

export function escapeHtml(text: unknown): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return String(text).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** A whole page around a body that is HTML already. */
export function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)} · Florin</title><style>${style}</style></head><body><h1><a href="/">Florin</a> · ${escapeHtml(title)}</h1>${body}</body></html>`;
}

const links = [
  ['/docs', 'API reference: every endpoint, try it in the page'],
  ['/openapi.json', 'OpenAPI 3.1, all services in one document'],
  ['/asyncapi.json', 'AsyncAPI: every event and command'],
  ['/dev/mail', 'Mailbox: every mail that was sent, over SMTP'],
  ['/dev/webhooks', 'Webhook inspector: what arrived, and whether the signature holds'],
  ['/dev/queues', 'Queues and outboxes: what waits'],
  ['/dev/traces', 'Traces: one request through all services'],
] as const;

function landing(services: string[]): string {
  const rows = links.map(([path, what]) => `<tr><td><a href="${path}">${path}</a></td><td>${what}</td></tr>`).join('');
  return page(
    'the local run',
    `<p>The API is at <code>/api/v1</code>, served by ${services.map(escapeHtml).join(', ')}.</p><table>${rows}</table>
<p class="dim">People and passwords: <code>npm run status</code>. Try: <code>npm run florin -- prove</code>.</p>`,
  );
}

const docsPage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>API · Florin</title>
<link rel="stylesheet" href="/docs/swagger-ui.css"></head><body><div id="ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script></body></html>`;

const docsScript = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#ui', deepLinking: true, docExpansion: 'none', tryItOutEnabled: true, persistAuthorization: true });`;

const docsFiles: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

/** The landing page and the API reference, served from the package on disk: no page loads anything from elsewhere. */
export function registerPages(server: FastifyInstance, services: string[]): void {
  server.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(landing(services)));
  server.get('/docs', (_request, reply) => reply.type('text/html; charset=utf-8').send(docsPage));
  server.get('/docs/start.js', (_request, reply) => reply.type('text/javascript; charset=utf-8').send(docsScript));
  const folder = dirname(require.resolve('swagger-ui-dist/package.json'));
  for (const [file, type] of Object.entries(docsFiles)) {
    server.get(`/docs/${file}`, async (_request, reply) =>
      reply
        .type(type)
        .header('cache-control', 'max-age=3600')
        .send(await readFile(join(folder, file))),
    );
  }
}
