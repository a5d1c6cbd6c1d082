/**
 * The scenario format: a Linux host, its configuration in the tools' own words, and packets. A simulator and a real kernel
 * play the same file, and their results must be equal. `docs/scenario-format.md` describes it for users.
 */

import type { KernelVersion } from '@chainwalk/core';

/** One scenario. */
export interface Scenario {
  readonly name?: string | undefined;
  /** Seed of the simulator's random streams; default 1. */
  readonly seed?: number | undefined;
  /** Which kernel's behaviour, where versions differ; default 6.1. */
  readonly kernel?: KernelVersion | undefined;
  readonly interfaces?: readonly InterfaceSpec[] | undefined;
  /** Each as after `ip route add`. */
  readonly routes?: readonly string[] | undefined;
  /** Over the defaults of a scenario. */
  readonly sysctls?: Readonly<Record<string, string | number>> | undefined;
  /** `ipset restore` text. */
  readonly ipset?: string | undefined;
  /** `iptables-restore` text. */
  readonly iptables?: string | undefined;
  /** `ipvsadm -R` text. */
  readonly ipvs?: string | undefined;
  readonly steps: readonly Step[];
}

export interface InterfaceSpec {
  readonly name: string;
  /** `A.B.C.D/LENGTH`; the first is primary. */
  readonly addresses?: readonly string[] | undefined;
  readonly kind?: 'device' | 'dummy' | undefined;
  readonly up?: boolean | undefined;
  readonly mtu?: number | undefined;
}

/** One step: a packet that arrives, one that this host sends, an answer, an error, or a command. */
export interface Step {
  /** Milliseconds since the first step; default: at once. */
  readonly at?: number | undefined;
  readonly id?: string | undefined;
  readonly in?: string | undefined;
  readonly packet?: PacketSpec | undefined;
  readonly reply?: string | undefined;
  readonly reply_error?: string | undefined;
  readonly type?: number | undefined;
  readonly code?: number | undefined;
  readonly run?: string | undefined;
  readonly stdin?: string | undefined;
}

/** The fields of a packet; what is absent has its usual value. */
export interface PacketSpec {
  readonly src?: string | undefined;
  readonly dst?: string | undefined;
  readonly proto?: string | number | undefined;
  readonly ttl?: number | undefined;
  readonly tos?: number | undefined;
  /** Bytes of payload, all zero. */
  readonly payload?: number | undefined;
  readonly sport?: number | undefined;
  readonly dport?: number | undefined;
  /** Letters of F S R P A U E C. */
  readonly flags?: string | undefined;
  readonly seq?: number | undefined;
  readonly ack?: number | undefined;
  readonly win?: number | undefined;
  readonly type?: number | undefined;
  readonly code?: number | undefined;
  readonly id?: number | undefined;
  /** The packet that an ICMP error quotes, by its first 28 bytes. */
  readonly inner?: PacketSpec | undefined;
  /** The whole packet in hexadecimal digits, from its IP header on; nothing else counts beside it. */
  readonly bytes?: string | undefined;
}

/** What a packet looks like in a result. */
export interface PacketFields {
  src: string;
  dst: string;
  proto: string | number;
  ttl: number;
  tos: number;
  /** IP total length. */
  len: number;
  sport?: number;
  dport?: number;
  seq?: number;
  ack?: number;
  flags?: string;
  type?: number;
  code?: number;
  id?: number;
  inner?: PacketFields;
}

export type ScenarioEvent =
  | { readonly out: string; readonly packet: PacketFields }
  | { readonly deliver: string; readonly packet: PacketFields };

export interface StepResult {
  events: ScenarioEvent[];
  status?: number;
  stdout?: string;
  error?: string;
  trace?: string[];
  skipped?: true;
}

export interface ScenarioResult {
  readonly name: string;
  readonly steps: readonly StepResult[];
  /** `iptables-save -c`. */
  readonly iptables: string;
  /** `conntrack -L -o extended`, a line each. */
  readonly conntrack: readonly string[];
  /** `ipvsadm -Ln --exact`. */
  readonly ipvs: string;
  /** `ipvsadm -Lnc`. */
  readonly ipvs_conns: string;
  /** `ipset save`. */
  readonly ipset: string;
}
