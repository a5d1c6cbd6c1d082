#!/usr/bin/env node
import { statSync } from 'node:fs';

/** When a file was written; NaN if there is none. */
const written = (path) => statSync(new URL(path, import.meta.url), { throwIfNoEntry: false })?.mtimeMs ?? Number.NaN;

// What tools/bundle.mjs makes starts three times as fast as the five hundred modules that are in it. Where it is missing
// or older than one of the packages, which are beside this one in the workspace alone, the modules are loaded. So they are
// for the judge: it has modules of its own, which have to share these.
const bundle = written('../bundle/main.js');
const isStale = ['.', '../core', '../conntrack', '../netfilter', '../ipvs', '../scenario', '../kube-proxy'].some(
  (folder) => written(`../${folder}/dist/.tsbuildinfo`) > bundle,
);
const isBundled = !Number.isNaN(bundle) && !isStale && process.argv[2] !== 'judge';
const { main } = await import(isBundled ? '../bundle/main.js' : '../dist/main.js');

await main(process.argv);
