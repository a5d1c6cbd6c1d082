import type { CostModel } from './cost-model.ts';
import { LINUX_6_18_MEASURED } from './linux-6-18-measured.ts';

/** The power law through 11 minutes at 40,000 rules and 5 hours at 160,000. */
const EXPONENT = Math.log(18_000 / 660) / Math.log(4);
const SLIDE = 'published in 2017 (KubeCon EU): adding a rule takes 2 ms, 11 min and 5 h at 8, 40,000 and 160,000 rules';

/**
 * The update costs that were shown in 2017 and are quoted to this day. Linux 6.18 with iptables 1.8.9 is 3,300 to 20,000
 * times as fast; packets are priced as in {@link LINUX_6_18_MEASURED}.
 */
export const PUBLISHED_2017: CostModel = {
  ...LINUX_6_18_MEASURED,
  name: '2017',
  update: {
    command: { nanoseconds: 2e6, basis: 'derived', how: SLIDE },
    line: { nanoseconds: 0, basis: 'derived', how: 'contained in the rest' },
    search: { nanoseconds: 0, basis: 'derived', how: 'contained in the rest' },
    tableRule: { nanoseconds: 660e9 / 40_000 ** EXPONENT, basis: 'derived', how: SLIDE },
    tableExponent: EXPONENT,
    setMember: { nanoseconds: 0, basis: 'derived', how: 'contained in the rest' },
    setResize: { nanoseconds: 0, basis: 'derived', how: 'contained in the rest' },
    server: { nanoseconds: 0, basis: 'derived', how: `${SLIDE}; with IPVS 2 ms at any size` },
  },
};
