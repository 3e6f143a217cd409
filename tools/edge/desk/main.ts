import { deskConfig } from '../config';
import { startDesk } from './desk';

async function main(): Promise<void> {
  const desk = await startDesk(deskConfig());
  console.log(`desk on port ${desk.port}, mail on port ${desk.smtpPort}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void desk.stop().then(() => process.exit(0)));
  }
}

void main();
