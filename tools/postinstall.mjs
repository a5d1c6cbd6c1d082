/**
 * `npm install` in the root hands over to pnpm, which alone knows the workspace. Under pnpm, or inside the bootstrap
 * itself, there is nothing to do.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const agent = process.env.npm_config_user_agent ?? '';
if (!agent.startsWith('pnpm') && process.env.CHAINWALK_BOOTSTRAP !== '1') {
  const here = dirname(fileURLToPath(import.meta.url));
  process.exit(spawnSync(process.execPath, [join(here, 'bootstrap.mjs')], { stdio: 'inherit' }).status ?? 1);
}
