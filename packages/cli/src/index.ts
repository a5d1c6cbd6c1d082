export { main, program } from './main.ts';
export { type DescribedPacket, PACKET_SYNTAX, parsePacket } from './packet-syntax.ts';
export { VERSION } from './version.ts';
