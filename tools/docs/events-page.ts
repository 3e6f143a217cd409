import { schemaOf, type JsonSchema } from '@florin/contracts';
import type { Talk } from './conversation';

/** docs/events.md: every message, who says it, who hears it, its fields and an example. */
export function eventsPage(talks: Talk[]): string {
  const services = [...new Set(talks.map((talk) => serviceOf(talk)))];
  return `${[
    '<!-- Written by `npm run docs` from libs/contracts and the consumers in apps/. Do not edit. -->',
    '# Messages',
    'Services talk to each other only through these. Each travels as CloudEvents 1.0 with correlation, causation and trace' +
      ' ids around the data shown here; the same list for machines is [asyncapi.json](asyncapi.json).',
    'Amounts are whole minor units. A field with `?` may be left out. Only additive change is allowed within a version.',
    '## All of them',
    overview(talks),
    ...services.flatMap((service) => [
      `## ${service}`,
      ...talks.filter((talk) => serviceOf(talk) === service).map(section),
    ]),
  ].join('\n\n')}\n`;
}

const serviceOf = (talk: Talk): string => talk.contract.type.split('.')[0] ?? '';
const anchor = (name: string): string => name.replace(/\./g, '').toLowerCase();
const unique = (words: string[]): string[] => [...new Set(words)];

function overview(talks: Talk[]): string {
  const rows = talks.map(({ contract, saidBy, heardBy }) =>
    [
      `[\`${contract.name}\`](#${anchor(contract.name)})`,
      contract.kind,
      saidBy.join(', ') || 'nobody yet',
      unique(heardBy.map(({ service }) => service)).join(', ') || 'nobody yet',
    ].join(' | '),
  );
  return [
    '| message | kind | said by | heard by |',
    '| --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

function section({ contract, saidBy, heardBy }: Talk): string {
  const hearers = heardBy.map(({ service, file }) => `${service} ([${file.split('/').pop()}](../${file}))`);
  return [
    `### ${contract.name}`,
    contract.description,
    `${contract.kind} · said by ${saidBy.join(', ') || 'nobody yet'} · heard by ${hearers.join(', ') || 'nobody yet'}`,
    ['| field | is |', '| --- | --- |', ...fieldRows(schemaOf(contract))].join('\n'),
    `\`\`\`json\n${JSON.stringify(contract.example, null, 2)}\n\`\`\``,
  ].join('\n\n');
}

function fieldRows(schema: JsonSchema, path = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const optional = schema.required?.includes(name) ? '' : '?';
    const row = `| \`${path}${name}${optional}\` | ${describe(field)} |`;
    return field.items ? [row, ...fieldRows(field.items, `${path}${name}[].`)] : [row];
  });
}

function describe(field: JsonSchema): string {
  if (field.enum) return field.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (field.type === 'array') return `list, at most ${field.maxItems}`;
  if (field.format) return field.format === 'uuid' ? 'UUID' : 'instant (RFC 3339)';
  if (field.pattern) return `text like \`${field.pattern.replace(/\|/g, '\\|')}\``;
  if (field.type === 'integer') return wholeNumber(field.minimum);
  return field.maxLength ? `text, at most ${field.maxLength} characters` : (field.type ?? '');
}

function wholeNumber(least: number | undefined): string {
  return least === undefined || least < 0 ? 'whole number, may be negative' : `whole number, at least ${least}`;
}
