import { createReadStream } from 'node:fs';
import { appendFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * An append-only file of JSON lines. Lines that arrive while one write is under way go out with the next one,
 * so a busy processor costs a few writes a second and not one per request.
 */
export class JsonLines<Line> {
  private waiting: { line: string; done: () => void; failed: (error: unknown) => void }[] = [];
  private writing: Promise<void> = Promise.resolve();

  /** Without a path nothing is kept: for tests that do not restart it. */
  constructor(private readonly path: string | undefined) {}

  /** Calls back with each line of the file, oldest first. A last line cut short by a crash was never answered, so it is dropped. */
  async read(each: (line: Line) => unknown): Promise<void> {
    if (!this.path) return;
    await mkdir(dirname(this.path), { recursive: true });
    await appendFile(this.path, '');
    for await (const text of createInterface({ input: createReadStream(this.path), crlfDelay: Infinity })) {
      const line = parseLine<Line>(text);
      if (line) each(line);
    }
    // After a torn line the next one must not be glued to it.
    await appendFile(this.path, '\n');
  }

  /** Resolves once the line is in the file. */
  append(line: Line): Promise<void> {
    if (!this.path) return Promise.resolve();
    return new Promise((done, failed) => {
      this.waiting.push({ line: `${JSON.stringify(line)}\n`, done, failed });
      if (this.waiting.length === 1) this.writing = this.writing.then(() => this.flush());
    });
  }

  /** Writes the file anew with these lines only, whole or not at all. */
  replace(lines: Line[]): Promise<void> {
    const { path } = this;
    if (!path) return Promise.resolve();
    const content = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const done = this.writing.then(async () => {
      await writeFile(`${path}.new`, content);
      await rename(`${path}.new`, path);
    });
    // Whoever asked hears of a failure; the lines that follow are still written.
    this.writing = done.catch(() => undefined);
    return done;
  }

  /** Resolves once everything that was appended is in the file. */
  close(): Promise<void> {
    return this.writing;
  }

  private async flush(): Promise<void> {
    const set = this.waiting;
    this.waiting = [];
    if (!this.path || set.length === 0) return;
    try {
      await appendFile(this.path, set.map((one) => one.line).join(''));
      for (const one of set) one.done();
    } catch (error) {
      for (const one of set) one.failed(error);
    }
  }
}

function parseLine<Line>(text: string): Line | undefined {
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined;
  try {
    return JSON.parse(text) as Line;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
