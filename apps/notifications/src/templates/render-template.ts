import { Refusal } from '@florin/kernel';
import { Liquid } from 'liquidjs';
import type { Template } from './default-templates';

/** Marketers write templates, so they are fenced in: no files, bounded size, time and memory. */
const limits = {
  parseLimit: 100_000,
  renderLimit: 200,
  memoryLimit: 10_000_000,
  relativeReference: false,
  templates: {},
};

const plain = new Liquid(limits);
const escaping = new Liquid({ ...limits, outputEscape: 'escape' });

export interface Rendered {
  subject: string;
  text: string;
  html: string;
}

/** Fills a template in. Throws where it is no Liquid or runs beyond its limits. */
export async function render(template: Template, variables: object): Promise<Rendered> {
  const fill = async (engine: Liquid, source: string): Promise<string> =>
    String(await engine.parseAndRender(source, variables));
  const [subject, text, html] = await Promise.all([
    fill(plain, template.subject),
    fill(plain, template.text),
    fill(escaping, template.html),
  ]);
  // A line break in a subject would start another header.
  return {
    subject: subject.replace(/[\r\n]+/g, ' ').slice(0, 300),
    text,
    html,
  };
}

/** Refuses with 422 what is no Liquid. */
export function requireTemplate(template: Template): void {
  for (const [field, source] of Object.entries({
    subject: template.subject,
    text: template.text,
    html: template.html,
  })) {
    try {
      plain.parse(source);
    } catch (error) {
      throw Refusal.field(
        'unprocessable',
        field,
        'template_invalid',
        error instanceof Error ? error.message.slice(0, 300) : 'This is no Liquid template.',
      );
    }
  }
}

/** An amount as people read it: 12.50 EUR. Minor units are hundredths, or what the currency has (ISO 4217). */
export function amountText(amountMinor: number, currency: string, locale = 'en'): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'code' });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amountMinor / 10 ** digits);
}
