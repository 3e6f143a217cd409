/** Characters that are read before others get a turn: a large file must not keep the process from answering. */
const sliceLength = 64 * 1024;

/** The text in slices, with a turn of the event loop before each. */
export async function* slicesOf(text: string): AsyncGenerator<string> {
  for (let start = 0; start < text.length; start += sliceLength) {
    await new Promise((resolve) => setImmediate(resolve));
    yield text.slice(start, start + sliceLength);
  }
}
