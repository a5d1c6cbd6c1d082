// What V8 may put into one function when it compiles it: 920 bytes of bytecode unless told otherwise, which the way of a
// packet through a host exceeds many times. With more, a packet takes a seventh less. To be loaded before anything runs.
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--max-inlined-bytecode-size-cumulative=3000');
