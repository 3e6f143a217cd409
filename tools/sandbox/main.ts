import { type PaypalSandbox, startPaypal } from './paypal';
import { startProcessor } from './processor';

/** The sandbox processor as a process of its own, as the local run starts it. */
async function main(): Promise<void> {
  const secret = process.env['PROCESSOR_WEBHOOK_SECRET'];
  const apiKey = process.env['PROCESSOR_API_KEY'];
  if (!secret || !apiKey) throw new Error('Set PROCESSOR_WEBHOOK_SECRET and PROCESSOR_API_KEY.');
  const processor = await startProcessor({
    secret,
    apiKey,
    port: Number(process.env['PORT'] ?? 0),
    webhookUrl: process.env['WEBHOOK_URL'],
    dir: process.env['DATA_DIR'],
    slowAnswerMs: process.env['SLOW_ANSWER_MS'] === undefined ? undefined : Number(process.env['SLOW_ANSWER_MS']),
  });
  console.log(`sandbox processor on ${processor.url}, webhooks to ${processor.webhookUrl ?? 'nowhere'}`);
  const paypal = await paypalOf(process.env);
  if (paypal) console.log(`sandbox of PayPal on ${paypal.url}, webhooks to ${paypal.webhookUrl ?? 'nowhere'}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void Promise.all([processor.stop(), paypal?.stop()]).then(() => process.exit(0)));
  }
}

/** The second processor, where it was given a port. */
function paypalOf(env: NodeJS.ProcessEnv): Promise<PaypalSandbox> | undefined {
  const { PAYPAL_PORT: port, PAYPAL_CLIENT_ID: clientId, PAYPAL_CLIENT_SECRET: clientSecret } = env;
  if (port === undefined) return undefined;
  if (!clientId || !clientSecret) throw new Error('Set PAYPAL_CLIENT_ID and PAYPAL_CLIENT_SECRET.');
  return startPaypal({
    port: Number(port),
    clientId,
    clientSecret,
    webhookId: env['PAYPAL_WEBHOOK_ID'] ?? 'WH-LOCAL',
    webhookUrl: env['PAYPAL_WEBHOOK_URL'],
    dir: env['DATA_DIR'],
    slowAnswerMs: env['SLOW_ANSWER_MS'] === undefined ? undefined : Number(env['SLOW_ANSWER_MS']),
  });
}

void main();
