/** The TCP transition table (`tcp_conntracks`): by direction and kind of segment, one letter for each old state. */

/** Letters for the new states: NONE to SYN_SENT2 as 0 to 9, `x` for INVALID (MAX), `-` for ignored. */
//                  NO SS SR ES FW CW LA TW CL S2
const ORIGINAL = [
  '11-----119', // SYN
  'xx2xxxxxx2', // SYN+ACK
  'xx4466678x', // FIN
  '3x3355778x', // ACK
  'x888888888', // RST
  'xxxxxxxxxx', // none
];
const REPLY = ['x9xxxxx1x9', 'x2-------2', 'xx4466678x', 'x-2355778-', 'x888888888', 'xxxxxxxxxx'];

/** The table as numbers of `TcpConntrack`, at `direction * 60 + index * 10 + state`. */
export const TCP_TRANSITIONS: readonly number[] = [...ORIGINAL, ...REPLY].flatMap((row) =>
  [...row].map((letter) => (letter === 'x' ? 10 : letter === '-' ? 11 : Number(letter))),
);
