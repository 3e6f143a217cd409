import { Logger } from '@nestjs/common';
import { newId } from '@florin/kernel';
import { eventually } from '@florin/testing';
import { sampleVariables } from '../src/templates/default-templates';
import type { TemplateDto } from '../src/templates/template.dto';
import { House } from './house';

let house: House;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());

const path = '/api/v1/notifications/templates/order_confirmed';
const own = {
  subject: 'Order {{ number }} at the harbour',
  text: '{% for line in lines %}{{ line.quantity }}*{{ line.title | upcase }} {% endfor %}= {{ total }}',
  html: '<b>{{ lines[0].title }}</b>',
};

function save(template: object, version: number, merchantId = house.merchantId, role = 'ops_marketing') {
  return house.staff(role, merchantId).put<TemplateDto>(path, template, { headers: { 'if-match': `"${version}"` } });
}

it.each([
  ['renders for ever', 'text', '{% for i in (1..99999999) %}{{ link }}{% endfor %}', 'template_invalid'],
  ['has no link in its text', 'text', 'Hello {{ name }}', 'template_link_missing'],
  ['has no link in its HTML', 'html', '<p>Hello {{ name }}</p>', 'template_link_missing'],
])('NOT-49: a verification mail that %s is refused, and nothing is kept of it', async (_, field, source, code) => {
  const merchantId = newId();
  const good = { subject: 'Confirm', text: '{{ link }}', html: '<a href="{{ link }}">here</a>' };
  const verify = '/api/v1/notifications/templates/verify_email';
  const staff = house.staff('ops_marketing', merchantId);
  const put = (template: object) => staff.put<TemplateDto>(verify, template, { headers: { 'if-match': '"0"' } });
  const { status, problem } = await put({ ...good, [field]: source });
  expect([status, problem?.errors]).toMatchObject([422, [{ field, code }]]);
  expect((await staff.get<TemplateDto>(verify)).body.version).toBe(0);
  expect((await put(good)).status).toBe(200);
});

it('a merchant sees the templates that ship with Florin', async () => {
  const { body } = await house.staff('ops_marketing').get<TemplateDto[]>('/api/v1/notifications/templates');
  expect(body.map(({ key, version, is_default }) => [key, version, is_default])).toEqual(
    [
      ...['verify_email', 'order_confirmed', 'order_cancelled', 'order_refunded', 'tier_upgraded'],
      ...['withdrawal_approved', 'withdrawal_paid', 'withdrawal_ended'],
    ].map((key) => [key, 0, true]),
  );
});

it('NOT-49, NOT-53: and says it in words of their own, which the next mail uses; others keep theirs', async () => {
  const merchantId = newId();
  const saved = await save(own, 0, merchantId);
  expect([saved.status, saved.body]).toEqual([200, { key: 'order_confirmed', ...own, version: 1, is_default: false }]);
  const mine = house.buy({ merchantId, number: 'F-9', totalMinor: 1_450 });
  const other = house.buy({ number: 'F-10' });
  const [mail] = await house.office.to(mine.email ?? '');
  const [line] = mine.lines;
  expect(mail?.subject).toBe('Order F-9 at the harbour');
  expect(mail?.text?.trim()).toBe(`${line?.quantity}*${line?.title.toUpperCase()} = EUR\u00a014.50`);
  expect(mail?.html?.trim()).toBe(`<b>${line?.title}</b>`);
  expect((await house.office.to(other.email ?? ''))[0]?.subject).toBe('Your order F-10');
});

it('changes only the version that was read', async () => {
  const merchantId = newId();
  expect((await save(own, 0, merchantId)).body.version).toBe(1);
  const stale = await save({ ...own, subject: 'Older idea' }, 0, merchantId);
  expect([stale.status, stale.problem?.code]).toEqual([412, 'version_mismatch']);
  const blind = await house.staff('ops_marketing', merchantId).put(path, own);
  expect([blind.status, blind.problem?.code]).toEqual([428, 'if_match_required']);
  const shown = await house.staff('ops_marketing', merchantId).get<TemplateDto>(path);
  expect([shown.headers.get('etag'), shown.body.subject]).toEqual(['"1"', own.subject]);
});

it('of ten who write the first version at once one succeeds', async () => {
  const merchantId = newId();
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) => save({ ...own, subject: `Idea ${index}` }, 0, merchantId)),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(412)]);
});

it('refuses what is no Liquid, and an unknown template', async () => {
  const broken = await save({ ...own, html: '{% for line in lines %}never ended' }, 0);
  expect([broken.status, broken.problem?.code, broken.problem?.errors?.[0]?.field]).toEqual([
    422,
    'template_invalid',
    'html',
  ]);
  const unknown = await house
    .staff('ops_marketing')
    .put('/api/v1/notifications/templates/newsletter', own, { headers: { 'if-match': '"0"' } });
  expect([unknown.status, unknown.problem?.code]).toEqual([404, 'template_not_found']);
});

it('a template that would never end costs its own mail and no other', async () => {
  const merchantId = newId();
  const said = jest.spyOn(Logger.prototype, 'error');
  // Ends with the sample that it is tried on before it is saved, and with no order.
  const endless = `{% if number != '${sampleVariables.order_confirmed.number}' %}{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}{% endif %}`;
  expect((await save({ ...own, text: endless }, 0, merchantId)).status).toBe(200);
  const stuck = house.buy({ merchantId, number: 'F-11' });
  const other = house.buy();
  await house.office.to(other.email ?? '');
  const row = await eventually(async () => {
    const [found] = await house.service.query<{ state: string; last_error: string }>(
      'SELECT state, last_error FROM notifications WHERE user_id = $1 AND attempts = 1',
      [stuck.memberId],
    );
    return found;
  });
  expect(row).toMatchObject({ state: 'pending', last_error: expect.stringMatching(/limit/) });
  expect(said).toHaveBeenCalledWith(
    expect.stringMatching(new RegExp(`merchant ${merchantId} cannot be rendered from order_confirmed: .*limit`)),
  );
  said.mockRestore();
});

it('a template reads no file', async () => {
  const merchantId = newId();
  const answer = await save({ ...own, text: "{% include '/etc/passwd' %}{% render '/etc/passwd' %}" }, 0, merchantId);
  if (answer.status === 200) {
    const { memberId } = house.buy({ merchantId });
    await eventually(
      async () => (await house.count('notifications WHERE user_id = $1 AND attempts = 1', [memberId])) === 1,
    );
  }
  expect(JSON.stringify(house.office.letters)).not.toContain('root:');
});

it('is written by those who may', async () => {
  expect((await save(own, 0, newId(), 'customer')).status).toBe(403);
  expect((await save(own, 0, newId(), 'auditor')).status).toBe(403);
  expect((await house.staff('auditor').get(path)).status).toBe(200);
});
