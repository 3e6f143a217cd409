// Writes what is generated from the contracts and the code: schema snapshots, docs/events.md, docs/asyncapi.json.
import { build } from '../build/build.mjs';

await build();
const { default: docs } = await import('../../dist/tools/docs/write-docs.js');
process.exitCode = await docs.writeDocs(new URL('../..', import.meta.url).pathname);
