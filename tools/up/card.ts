import type { RunFile } from './run-file';
import { services } from './services';

/** The one thing to keep from a start: where everything is and what to try. */
export function card(run: RunFile): string {
  const up = Object.keys(run.services).length;
  const names = run.people.map((person) => person.email.replace(/@.*$/, '@'));
  const domain = run.people[0]?.email.replace(/^.*@/, '') ?? 'demo.test';
  names[names.length - 1] = `${names.at(-1) ?? ''}${domain}`;
  const lines = [
    '',
    `  Florin is up · ${up} of ${services.length} services · ${Math.round(run.tookMs / 1000)} s`,
    `  API     ${run.url}/api/v1      docs ${run.url}/docs      OpenAPI /openapi.json`,
    `  Mailbox ${run.url}/dev/mail    webhooks /dev/webhooks    queues /dev/queues    traces /dev/traces`,
    `  People  ${names.join(' ')}      passwords: npm run status`,
    '  Try     npm run florin -- trigger orders.order.completed --member ada --amount 72.50',
    '          npm run florin -- prove',
    '          npm run florin -- clock advance 30d',
    ...run.notes.map((note) => `  Note    ${note}`),
    '',
  ];
  return lines.join('\n');
}

export function passwords(run: RunFile): string {
  const width = Math.max(...run.people.map((person) => person.email.length));
  const rows = run.people.map(
    (person) => `  ${person.email.padEnd(width)}  ${person.password.padEnd(24)}  ${person.role}`,
  );
  return ['  Passwords of this checkout:', ...rows, '', `  Logs  ${run.logs}`, ''].join('\n');
}

/** The card for programs. */
export function cardAsJson(run: RunFile): string {
  const { url, services: running, people, logs, notes, tookMs, state } = run;
  return JSON.stringify(
    {
      state,
      services_up: Object.keys(running).length,
      services_of: services.length,
      took_ms: tookMs,
      api: `${url}/api/v1`,
      docs: `${url}/docs`,
      openapi: `${url}/openapi.json`,
      mailbox: `${url}/dev/mail`,
      webhooks: `${url}/dev/webhooks`,
      queues: `${url}/dev/queues`,
      traces: `${url}/dev/traces`,
      people,
      logs,
      notes,
    },
    null,
    2,
  );
}
