import type { CostModel } from './cost-model.ts';
import { LINUX_6_18_EPYC } from './linux-6-18-epyc.ts';
import { LINUX_6_18_MEASURED } from './linux-6-18-measured.ts';
import { PUBLISHED_2017 } from './published-2017.ts';

/** The models by name: `linux-6.18-measured`, which is the default, `linux-6.18-epyc` and `2017`. */
export function costModel(name: string): CostModel | undefined {
  return [LINUX_6_18_MEASURED, LINUX_6_18_EPYC, PUBLISHED_2017].find((model) => model.name === name);
}
