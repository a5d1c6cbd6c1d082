/**
 * Runs a pnpm command from a fresh clone that has nothing but Node and npm: finds or fetches the pinned pnpm, installs
 * the workspace if it is not linked or older than the lockfile, then runs `pnpm ARGS...`. Zero dependencies, because it
 * runs before any exist.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`chainwalk needs Node 20.19 or newer; this is ${process.version}.`);
  process.exit(1);
}

const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  .packageManager.split('@')[1]
  .split('+')[0];
const env = { ...process.env, CHAINWALK_BOOTSTRAP: '1', npm_config_manage_package_manager_versions: 'false' };

function run(command, args, options = {}) {
  return spawnSync(command, args, {
    cwd: root,
    env,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    ...options,
  });
}

/** A pnpm on the PATH serves when its major version is the pinned one; otherwise npx fetches the pinned one. */
function pnpm() {
  const found = run('pnpm', ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const version = found.status === 0 ? String(found.stdout).trim() : '';
  return version.split('.')[0] === wanted.split('.')[0] ? ['pnpm'] : ['npx', '--yes', `pnpm@${wanted}`];
}

/** Linked means: pnpm wrote its state after the lockfile last changed, and npm has not swept its links away since. */
function linked() {
  const state = join(root, 'node_modules', '.modules.yaml');
  const bin = join(root, 'node_modules', '.bin', 'tsc');
  return (
    existsSync(state) && existsSync(bin) && statSync(state).mtimeMs >= statSync(join(root, 'pnpm-lock.yaml')).mtimeMs
  );
}

const [command, ...prefix] = pnpm();
if (!linked()) {
  // --prod=false because NODE_ENV=production would leave the compiler out.
  const args = [...prefix, 'install', '--frozen-lockfile', '--prefer-offline', '--prod=false'];
  const status = run(command, args).status;
  if (status !== 0) process.exit(status ?? 1);
}
const args = process.argv.slice(2);
process.exit(args.length === 0 ? 0 : (run(command, [...prefix, ...args]).status ?? 1));
