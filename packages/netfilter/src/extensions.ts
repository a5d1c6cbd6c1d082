import { ALL_MATCHES } from './matches/all.ts';
import { ALL_TARGETS } from './targets/all.ts';
import { ExtensionRegistry } from './x_tables/extension.ts';

/** Every match and target that chainwalk models. */
export const DEFAULT_EXTENSIONS: ExtensionRegistry = new ExtensionRegistry(ALL_MATCHES, ALL_TARGETS);
