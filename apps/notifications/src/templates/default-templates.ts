export interface Template {
  subject: string;
  /** Liquid; what plain-text readers see. */
  text: string;
  /** Liquid; every value is escaped. */
  html: string;
}

export const templateKeys = [
  'verify_email',
  'order_confirmed',
  'order_cancelled',
  'order_refunded',
  'tier_upgraded',
  'withdrawal_approved',
  'withdrawal_paid',
  'withdrawal_ended',
] as const;
export type TemplateKey = (typeof templateKeys)[number];

const line = { quantity: 2, title: 'Coffee beans, 1 kg', total: 'EUR 29.00' };

/** What each template is filled in with before it is saved: the variables that a mail of its kind has. */
export const sampleVariables = {
  verify_email: {
    name: 'Ada',
    link: 'https://shop.example/verify/sample',
    expires_at: '2026-11-22T10:00:00.000Z',
  },
  order_confirmed: { number: 'F-2026-000042', lines: [line, line], total: 'EUR 58.00' },
  order_cancelled: { number: 'F-2026-000042', reason: 'The card was declined.' },
  order_refunded: { number: 'F-2026-000042', total: 'EUR 29.00' },
  tier_upgraded: { name: 'Ada', tier: 'Gold' },
  withdrawal_approved: { name: 'Ada', total: 'EUR 49.00' },
  withdrawal_paid: { name: 'Ada', total: 'EUR 49.00' },
  withdrawal_ended: { name: 'Ada', total: 'EUR 50.00', state: 'rejected' },
} as const satisfies Record<TemplateKey, object>;

/** What is sent until a merchant says it in words of their own. */
export const defaultTemplates: Record<TemplateKey, Template> = {
  verify_email: {
    subject: 'Please confirm your address',
    text: 'Hello {{ name }},\n\nplease confirm your address:\n{{ link }}\n\nThe link works once, until {{ expires_at | date: "%d %B %Y, %H:%M UTC" }}.\n',
    html: '<p>Hello {{ name }},</p><p>please <a href="{{ link }}">confirm your address</a>.</p><p>The link works once, until {{ expires_at | date: "%d %B %Y, %H:%M UTC" }}.</p>',
  },
  order_confirmed: {
    subject: 'Your order {{ number }}',
    text: 'Thank you for order {{ number }}.\n\n{% for line in lines %}{{ line.quantity }} x {{ line.title }}  {{ line.total }}\n{% endfor %}\nTotal {{ total }}\n',
    html: '<p>Thank you for order {{ number }}.</p><table>{% for line in lines %}<tr><td>{{ line.quantity }} ×</td><td>{{ line.title }}</td><td>{{ line.total }}</td></tr>{% endfor %}</table><p>Total {{ total }}</p>',
  },
  order_cancelled: {
    subject: 'Your order {{ number }} was cancelled',
    text: 'Order {{ number }} was cancelled: {{ reason }}\nNothing was charged.\n',
    html: '<p>Order {{ number }} was cancelled: {{ reason }}</p><p>Nothing was charged.</p>',
  },
  order_refunded: {
    subject: 'Your refund for order {{ number }}',
    text: 'We gave back {{ total }} of order {{ number }}.\n',
    html: '<p>We gave back {{ total }} of order {{ number }}.</p>',
  },
  tier_upgraded: {
    subject: 'You are {{ tier }} now',
    text: 'Hello {{ name }},\n\nyou reached {{ tier }}.\n',
    html: '<p>Hello {{ name }},</p><p>you reached {{ tier }}.</p>',
  },
  withdrawal_approved: {
    subject: 'Your withdrawal is approved',
    text: 'Hello {{ name }},\n\nyour withdrawal is approved: {{ total }} are on their way to your account.\n',
    html: '<p>Hello {{ name }},</p><p>your withdrawal is approved: {{ total }} are on their way to your account.</p>',
  },
  withdrawal_paid: {
    subject: 'Your withdrawal is paid',
    text: 'Hello {{ name }},\n\n{{ total }} were paid to your account.\n',
    html: '<p>Hello {{ name }},</p><p>{{ total }} were paid to your account.</p>',
  },
  withdrawal_ended: {
    subject: 'Your withdrawal was not paid',
    text: 'Hello {{ name }},\n\nyour withdrawal was {{ state }}. {{ total }} are in your wallet again.\n',
    html: '<p>Hello {{ name }},</p><p>your withdrawal was {{ state }}. {{ total }} are in your wallet again.</p>',
  },
};
