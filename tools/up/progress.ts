/** How long something took, as people read it. */
export function elapsed(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}

export type Progress = <Result>(label: string, work: () => Promise<Result>) => Promise<Result>;

/** Does the work and says nothing: for tests, benches and --json. */
export const silent: Progress = (_label, work) => work();

/** Says what goes on while it goes on, on stderr: a counting line on a terminal, two plain lines in a log. */
export const spoken: Progress = async (label, work) => {
  const started = performance.now();
  const out = process.stderr;
  const live = out.isTTY;
  const show = (): void => void out.write(`\r  · ${label} … ${elapsed(started)} `);
  const timer = live ? setInterval(show, 200) : undefined;
  if (live) show();
  else out.write(`  · ${label} …\n`);
  const end = (mark: string, note = ''): void => {
    clearInterval(timer);
    out.write(`${live ? '\r' : ''}  ${mark} ${label}${note} (${elapsed(started)})        \n`);
  };
  try {
    const result = await work();
    end('✓', typeof result === 'string' ? `: ${result}` : '');
    return result;
  } catch (error) {
    end('✗');
    throw error;
  }
};
