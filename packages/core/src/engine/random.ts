import seedrandom from 'seedrandom';

/** A source of random numbers that belongs to one user of chance. */
export interface RandomStream {
  /** Uniform in [0, 1), 32 bits fine. */
  next(): number;
  /** Uniform integer, 0 to 2^32 - 1 (`get_random_u32`). */
  u32(): number;
  /** Uniform integer in [0, bound); bound 1 to 2^32 (`get_random_u32_below`). */
  below(bound: number): number;
  /** Where the stream stands, to go on from there later. */
  save(): RandomState;
  restore(state: RandomState): void;
}

/** The state of a stream, plain data. */
export type RandomState = seedrandom.State.Alea;

class AleaStream implements RandomStream {
  readonly #seed: string;
  #source: seedrandom.StatefulPRNG<seedrandom.State.Alea>;

  constructor(seed: string) {
    this.#seed = seed;
    this.#source = seedrandom.alea(seed, { state: true });
  }

  restart(): void {
    this.#source = seedrandom.alea(this.#seed, { state: true });
  }

  next(): number {
    return this.#source();
  }

  u32(): number {
    return Math.floor(this.#source() * 0x1_0000_0000);
  }

  below(bound: number): number {
    return Math.floor(this.#source() * bound);
  }

  save(): RandomState {
    return { ...this.#source.state() };
  }

  restore(state: RandomState): void {
    this.#source = seedrandom.alea('', { state: { ...state } });
  }
}

/**
 * Random streams by name, all from one seed.
 * Invariant: what a stream yields depends on the seed and its name alone, never on which others exist or were used.
 */
export class RandomStreams {
  readonly seed: string;
  readonly #streams = new Map<string, AleaStream>();

  constructor(seed: number | string) {
    this.seed = String(seed);
  }

  /** The stream of a name; the same object each time. */
  stream(name: string): RandomStream {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = new AleaStream(`${this.seed}/${name}`);
      this.#streams.set(name, stream);
    }
    return stream;
  }

  /** The state of every stream used so far. */
  save(): Readonly<Record<string, RandomState>> {
    return Object.fromEntries([...this.#streams].map(([name, stream]) => [name, stream.save()]));
  }

  /** Puts saved streams back where they stood; streams that were not saved begin anew. */
  restore(states: Readonly<Record<string, RandomState>>): void {
    for (const [name, stream] of this.#streams) if (!(name in states)) stream.restart();
    for (const [name, state] of Object.entries(states)) this.stream(name).restore(state);
  }
}
