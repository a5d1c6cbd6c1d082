import { ALL_MATCHES } from './matches/all.ts';
import { set } from './matches/set.ts';
import { ALL_TARGETS } from './targets/all.ts';
import { setTarget } from './targets/set.ts';
import { ExtensionRegistry } from './x_tables/extension.ts';

/** Every match and target that chainwalk models. */
export const DEFAULT_EXTENSIONS: ExtensionRegistry = new ExtensionRegistry(
  [...ALL_MATCHES, set],
  [...ALL_TARGETS, setTarget],
);
