import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Lays out a view of the installation with nothing but the broker itself, and gives the variables that make the
 * scripts use it. Erlang looks for each of its modules in every folder of the installation: sixty unused plugins
 * triple the time to start. Gives nothing where the installation looks unfamiliar.
 */
export function lightInstallation(script: string, view: string): Record<string, string> {
  const installed = dirname(dirname(script));
  const plugins = join(installed, 'plugins');
  const needed = existsSync(plugins) ? neededBy('rabbit', plugins) : [];
  if (needed.length === 0) return {};
  rmSync(view, { recursive: true, force: true });
  mkdirSync(join(view, 'plugins'), { recursive: true });
  for (const name of ['sbin', 'escript'])
    if (existsSync(join(installed, name))) symlinkSync(join(installed, name), join(view, name));
  for (const folder of needed) symlinkSync(join(plugins, folder), join(view, 'plugins', folder));
  return { RABBITMQ_SCRIPTS_DIR: join(view, 'sbin'), RABBITMQ_PLUGINS_DIR: join(view, 'plugins') };
}

/** The folders of an Erlang application and of all it depends on, read from the `.app` files. */
function neededBy(application: string, plugins: string): string[] {
  const folders = new Map(readdirSync(plugins).map((folder) => [folder.replace(/-[\d.].*$/, ''), folder]));
  const found = new Map<string, string>();
  const waiting = [application, 'rabbitmq_prelaunch'];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const folder = folders.get(name);
    const description = folder && join(plugins, folder, 'ebin', `${name}.app`);
    if (!folder || found.has(name) || !description || !existsSync(description)) continue;
    found.set(name, folder);
    const list = /\{\s*applications\s*,\s*\[([^\]]*)\]/.exec(readFileSync(description, 'utf8'))?.[1] ?? '';
    waiting.push(...list.split(',').map((word) => word.trim()));
  }
  return found.has(application) ? [...found.values()] : [];
}
