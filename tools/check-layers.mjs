/**
 * Fails on any dependency between packages that is not an arrow of the design, in package.json or in an import:
 * core <- conntrack <- netfilter; core, conntrack <- ipvs; netfilter, ipvs <- scenario, kube-proxy <- cli.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const below = {
  core: [],
  conntrack: ['core'],
  netfilter: ['core', 'conntrack'],
  ipvs: ['core', 'conntrack'],
  'kube-proxy': ['core', 'conntrack', 'netfilter', 'ipvs'],
  scenario: ['core', 'conntrack', 'netfilter', 'ipvs'],
  cli: ['core', 'conntrack', 'netfilter', 'ipvs', 'kube-proxy', 'scenario', 'conformance'],
};
/** Only the CLI touches files, the process and the terminal. */
const mayUseNode = new Set(['cli']);

/** What a statement or a call imports, relative files apart. */
const STATEMENT =
  /^(?:import|export)\s[\w*{}\s,$]*?from '([^'.][^']*)'|^import '([^'.][^']*)'|\bimport\('([^'.][^']*)'\)/gm;

const faults = [];
function* sources(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* sources(path);
    else if (path.endsWith('.ts')) yield path;
  }
}

for (const name of readdirSync(join(root, 'packages'))) {
  const allowed = below[name];
  if (allowed === undefined) {
    faults.push(`packages/${name}: not in the design; add its arrows to tools/check-layers.mjs with an ADR`);
    continue;
  }
  const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
  for (const dependency of Object.keys(manifest.dependencies ?? {})) {
    const target = dependency.match(/^@chainwalk\/(.+)$/)?.[1];
    if (target !== undefined && !allowed.includes(target))
      faults.push(`packages/${name}/package.json: may not depend on ${dependency}`);
  }
  const declared = new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }));
  for (const path of sources(join(root, 'packages', name, 'src'))) {
    const text = readFileSync(path, 'utf8');
    for (const [, fromWhere, bare, inCall] of text.matchAll(STATEMENT)) {
      const specifier = fromWhere ?? bare ?? inCall;
      const file = relative(root, path);
      const target = specifier.match(/^@chainwalk\/([^/]+)/)?.[1];
      if (target !== undefined && target !== name && !allowed.includes(target))
        faults.push(`${file}: may not import ${specifier}`);
      if (specifier.startsWith('node:') && !mayUseNode.has(name))
        faults.push(`${file}: only the CLI imports ${specifier}`);
      const packageName = specifier.startsWith('@')
        ? specifier.split('/').slice(0, 2).join('/')
        : specifier.split('/')[0];
      if (!specifier.startsWith('node:') && packageName !== manifest.name && !declared.has(packageName))
        faults.push(`${file}: ${packageName} is not a declared dependency`);
    }
  }
}
for (const fault of faults) console.error(fault);
console.log(faults.length === 0 ? 'layers: every arrow is one of the design' : `layers: ${faults.length} wrong`);
process.exit(faults.length === 0 ? 0 : 1);
