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
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void processor.stop().then(() => process.exit(0)));
  }
}

void main();
