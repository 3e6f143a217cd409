import { edgeConfig } from './config';
import { createEdge } from './edge';

async function main(): Promise<void> {
  const config = edgeConfig();
  const edge = createEdge(config);
  await edge.listen({ port: config.port, host: config.host });
  console.log(`edge on http://${config.host}:${config.port}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void edge.close().then(() => process.exit(0)));
  }
}

void main();
