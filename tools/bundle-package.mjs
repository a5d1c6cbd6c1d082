/**
 * Makes one file of every door of a package, in its folder `bundle`: that is what npm gets (`publishConfig` in
 * package.json). Hundreds of modules take Node three times as long to load, and what one module takes from another is no
 * constant to V8, which packets pay for. In the workspace the modules stay, so that nothing there can be out of date.
 *
 * Run by `prepack` in the package's folder. Other packages are not taken in: they are shared with whoever uses them too.
 */
import { readFileSync, rmSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { rolldown } from 'rolldown';

const { name, exports, publishConfig } = JSON.parse(readFileSync('package.json', 'utf8'));
const fileOf = (door) => (door === '.' ? 'index' : door.slice(2));
const doors = Object.entries(exports);
const published = Object.fromEntries(
  doors.map(([door, targets]) => [door, { ...targets, default: `./bundle/${fileOf(door)}.js` }]),
);
if (!isDeepStrictEqual(published, publishConfig?.exports)) {
  throw new Error(`${name}: publishConfig.exports in package.json has to be\n${JSON.stringify(published, null, 2)}`);
}

/** Doors bundled, with `options` of how they are written. */
async function bundled(doors, options) {
  const bundle = await rolldown({
    input: Object.fromEntries(doors.map(([door, targets]) => [fileOf(door), targets['@chainwalk/source']])),
    platform: 'node',
    external: (id) => !/^[./]/.test(id),
    onLog(level, log) {
      if (level === 'warn') throw new Error(log.message);
    },
  });
  return options === undefined ? bundle.generate() : bundle.write(options);
}

// Whatever the first door leads to stays together, also what others lead to.
const { output } = await bundled(doors.slice(0, 1));
const together = new Set(output.flatMap(({ moduleIds = [] }) => moduleIds));
rmSync('bundle', { recursive: true, force: true });
await bundled(doors, {
  dir: 'bundle',
  format: 'esm',
  sourcemap: true,
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
  ...(doors.length === 1 ? {} : { codeSplitting: { groups: [{ name: 'main', test: (id) => together.has(id) }] } }),
});
