import { Refusal } from '@florin/kernel';
import { Liquid } from 'liquidjs';
import { sampleVariables, type Template, type TemplateKey } from './default-templates';

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

const fill = async (engine: Liquid, source: string, variables: object): Promise<string> =>
  String(await engine.parseAndRender(source, variables));

export interface Rendered {
  subject: string;
  text: string;
  html: string;
}

/** Fills a template in. Throws where it is no Liquid or runs beyond its limits. */
export async function render(template: Template, variables: object): Promise<Rendered> {
  const [subject, text, html] = await Promise.all([
    fill(plain, template.subject, variables),
    fill(plain, template.text, variables),
    fill(escaping, template.html, variables),
  ]);
  // A line break in a subject would start another header.
  return {
    subject: subject.replace(/[\r\n]+/g, ' ').slice(0, 300),
    text,
    html,
  };
}

/**
 * Refuses with 422 what is no Liquid, what cannot be filled in with the variables of its kind within the limits, and a
 * verification mail without its link: nobody could confirm an address by it.
 */
export async function requireTemplate(key: TemplateKey, template: Template): Promise<void> {
  for (const field of ['subject', 'text', 'html'] as const) {
    const filled = await sampleOf(key, template, field);
    if (key !== 'verify_email' || field === 'subject' || filled.includes(sampleVariables.verify_email.link)) continue;
    throw Refusal.field('unprocessable', field, 'template_link_missing', 'A verification mail needs its {{ link }}.');
  }
}

async function sampleOf(key: TemplateKey, template: Template, field: keyof Template): Promise<string> {
  try {
    return await fill(field === 'html' ? escaping : plain, template[field], sampleVariables[key]);
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 300) : 'This is no Liquid template.';
    throw Refusal.field('unprocessable', field, 'template_invalid', reason);
  }
}

/** An amount as people read it: 12.50 EUR. Minor units are hundredths, or what the currency has (ISO 4217). */
export function amountText(amountMinor: number, currency: string, locale = 'en'): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'code' });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amountMinor / 10 ** digits);
}
