/** All rows of one key, from each side. */
export interface Pair<Left, Right> {
  key: string;
  left: Left[];
  right: Right[];
}

/**
 * Walks two streams that are sorted by key side by side, in memory only what has the key of the moment.
 * Keys compare as PostgreSQL compares uuids, and text under COLLATE "C".
 */
export async function* inStep<Left extends { key: string }, Right extends { key: string }>(
  lefts: AsyncIterable<Left>,
  rights: AsyncIterable<Right>,
): AsyncGenerator<Pair<Left, Right>> {
  const left = new Grouped(lefts);
  const right = new Grouped(rights);
  for (;;) {
    const [nextLeft, nextRight] = [await left.key(), await right.key()];
    if (nextLeft === undefined && nextRight === undefined) return;
    const key =
      nextRight === undefined || (nextLeft !== undefined && nextLeft <= nextRight) ? (nextLeft as string) : nextRight;
    yield { key, left: nextLeft === key ? await left.take() : [], right: nextRight === key ? await right.take() : [] };
  }
}

/** Several sorted streams as one. */
export async function* merged<Row extends { key: string }>(
  streams: readonly AsyncIterable<Row>[],
): AsyncGenerator<Row> {
  const groups = streams.map((stream) => new Grouped(stream));
  for (;;) {
    const keys = await Promise.all(groups.map((group) => group.key()));
    const open = keys.filter((key) => key !== undefined);
    if (open.length === 0) return;
    const key = open.reduce((least, each) => (each < least ? each : least));
    for (const [index, group] of groups.entries()) if (keys[index] === key) yield* await group.take();
  }
}

/** A sorted stream, key by key. */
class Grouped<Row extends { key: string }> {
  private readonly iterator: AsyncIterator<Row>;
  private next: Row | undefined;
  private started = false;

  constructor(rows: AsyncIterable<Row>) {
    this.iterator = rows[Symbol.asyncIterator]();
  }

  async key(): Promise<string | undefined> {
    if (!this.started) await this.advance();
    return this.next?.key;
  }

  async take(): Promise<Row[]> {
    const key = await this.key();
    const rows: Row[] = [];
    while (this.next && this.next.key === key) {
      rows.push(this.next);
      await this.advance();
    }
    return rows;
  }

  private async advance(): Promise<void> {
    this.started = true;
    const result: IteratorResult<Row, unknown> = await this.iterator.next();
    this.next = result.done === true ? undefined : result.value;
  }
}
