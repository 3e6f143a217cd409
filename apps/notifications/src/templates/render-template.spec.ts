import { defaultTemplates, sampleVariables, templateKeys } from './default-templates';
import { amountText, render, requireTemplate } from './render-template';

it('NOT-49: fills variables in, and escapes them in HTML only', async () => {
  const { text, html } = await render(defaultTemplates.order_refunded, { number: '<b>7</b>', total: 'EUR 1' });
  expect(text).toContain('<b>7</b>');
  expect(html).toContain('&lt;b&gt;7&lt;/b&gt;');
});

it('NOT-32: has every template in text and HTML', async () => {
  for (const key of templateKeys) {
    await requireTemplate(key, defaultTemplates[key]);
    const rendered = await render(defaultTemplates[key], sampleVariables[key]);
    expect(Object.values(rendered).every((part) => part.length > 0)).toBe(true);
  }
});

it('refuses what is no template, and lets no subject start another header', async () => {
  await expect(requireTemplate('tier_upgraded', { subject: '{% if %}', text: '', html: '' })).rejects.toMatchObject({
    code: 'template_invalid',
  });
  const { subject } = await render({ subject: 'Hi {{ name }}', text: '', html: '' }, { name: 'x\r\nBcc: y' });
  expect(subject).toBe('Hi x Bcc: y');
});

it('stops a template that would render for ever', async () => {
  await expect(
    render({ subject: '', text: '{% for i in (1..100000000) %}x{% endfor %}', html: '' }, {}),
  ).rejects.toThrow(/limit/);
});

it('writes amounts in the digits of their currency', () => {
  expect(amountText(1250, 'EUR').replace(/\s/g, ' ')).toBe('EUR 12.50');
  expect(amountText(1250, 'JPY').replace(/\s/g, ' ')).toBe('JPY 1,250');
});
