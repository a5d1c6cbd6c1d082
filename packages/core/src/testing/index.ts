export { arbIpv4, arbIpv6, arbPacket, arbPrefix } from './arbitraries.ts';
