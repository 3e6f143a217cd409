import { startPayouts } from './payouts';

/** The payout provider as a process of its own, as the local run starts it. */
async function main(): Promise<void> {
  const {
    PAYOUT_ORGANIZATION_ID: organizationId,
    PAYOUT_API_KEY: apiKey,
    PAYOUT_WEBHOOK_KEY: webhookKey,
  } = process.env;
  if (!organizationId || !apiKey || !webhookKey)
    throw new Error('Set PAYOUT_ORGANIZATION_ID, PAYOUT_API_KEY and PAYOUT_WEBHOOK_KEY.');
  const { PORT, WEBHOOK_URL, DATA_DIR, STEP_MS } = process.env;
  const sandbox = await startPayouts({
    organizationId,
    apiKey,
    webhookKey,
    port: Number(PORT ?? 0),
    webhookUrl: WEBHOOK_URL,
    dir: DATA_DIR,
    stepMs: STEP_MS === undefined ? undefined : Number(STEP_MS),
  });
  console.log(`sandbox payouts on ${sandbox.url}, webhooks to ${sandbox.webhookUrl ?? 'nowhere'}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void sandbox.stop().then(() => process.exit(0)));
  }
}

void main();
