// What the built site may weigh, gzipped; `npm run check` fails beyond it. Limits in kilobytes.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const FIRST_SCRIPTS = 260;
const STYLES = 30;
const ROUTE = 60;
const ALL = 800;

const folder = new URL('dist/', import.meta.url);
const page = readFileSync(new URL('index.html', folder), 'utf8');
const weigh = (path) => gzipSync(readFileSync(new URL(path, folder)), { level: 9 }).length / 1024;
const named = (pattern) => [...page.matchAll(pattern)].map(([, path]) => path.slice(1));

const first = named(/(?:src|href)="(\/[^"]+\.js)"/g);
const styles = named(/href="(\/[^"]+\.css)"/g);
const scripts = readdirSync(new URL('assets/', folder)).filter((name) => name.endsWith('.js'));
const sum = (paths) => paths.reduce((so, path) => so + weigh(path), 0);
const routes = scripts.filter((name) => name.startsWith('_') && !first.includes(`assets/${name}`));

const failures = [
  ['the first load', sum(first), FIRST_SCRIPTS],
  ['the style sheets', sum(styles), STYLES],
  ['everything', sum(scripts.map((name) => `assets/${name}`)), ALL],
  ...routes.map((name) => [name, weigh(`assets/${name}`), ROUTE]),
].filter(([, weight, most]) => weight > most);

for (const [what, weight, most] of failures)
  process.stderr.write(`${what}: ${weight.toFixed(1)} kB, at most ${most}\n`);
process.stdout.write(`first load ${sum(first).toFixed(0)} kB of scripts, ${sum(styles).toFixed(0)} kB of styles\n`);
process.exitCode = failures.length ? 1 : 0;
