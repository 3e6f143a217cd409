// Lints texts as if they stood in the files named: reads [{file, text}] from stdin, writes the rule ids found, per text.
// A process of its own, because ESLint's configuration is an ES module that jest cannot load.
import { ESLint } from 'eslint';

let input = '';
for await (const chunk of process.stdin) input += chunk;
const eslint = new ESLint({ cwd: new URL('../..', import.meta.url).pathname });
const found = [];
for (const { file, text } of JSON.parse(input)) {
  const [result] = await eslint.lintText(text, { filePath: file });
  found.push(result.messages.map(({ ruleId, message }) => `${ruleId}: ${message}`));
}
process.stdout.write(JSON.stringify(found));
