import { readFileSync } from 'node:fs';

/** What a Linux 6.1.176 kernel did, recorded; see `meta` in the file. */
export const sequences: Sequences = JSON.parse(
  readFileSync(new URL('./fixtures/ipvs-sequences.json', import.meta.url), 'utf8'),
) as Sequences;

export interface SequenceStep {
  readonly op: 'ipvsadm' | 'syn' | 'udp' | 'pkt';
  readonly cmd: string;
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
  readonly chosen: string | null;
  readonly icmp: string | null;
  readonly dir: 'in' | 'out';
  readonly flags: string;
  readonly state: string;
}

type Table = Record<'in' | 'out' | 'inonly', Record<string, readonly string[]>>;

interface Sequences {
  readonly tables: {
    readonly tcp_states: readonly string[];
    readonly tcp_timeouts_s: Record<string, number>;
    readonly tcp_active: readonly string[];
    readonly tcp_normal: Table;
    readonly tcp_secure: Table;
    readonly sctp_states: readonly string[];
    readonly sctp_timeouts_s: Record<string, number>;
    readonly sctp_active: readonly string[];
    readonly sctp: Table;
    readonly udp_timeout_s: number;
  };
  readonly hash_vectors: {
    readonly vectors: readonly {
      readonly ip: string;
      readonly port: number;
      readonly hsiphash_key1: number;
      readonly hsiphash_key2: number;
      readonly mh_index: number;
      readonly mh_skip: number;
      readonly sh_bucket: number;
      readonly dh_bucket: number;
    }[];
  };
  readonly scheduler_scenarios: readonly {
    readonly name: string;
    readonly scheduler: string;
    readonly service: { readonly kind: string; readonly vip: string; readonly port: number; readonly fwmark: number };
    readonly steps: readonly SequenceStep[];
    readonly kernel_list_order: readonly string[];
    readonly final: unknown;
  }[];
  readonly tcp_state_walks: readonly {
    readonly name: string;
    readonly method: string;
    readonly secure_tcp: number;
    readonly conn_reuse_mode: number;
    readonly conns: number;
    readonly steps: readonly (readonly [number, 'in' | 'out', string, string])[];
    readonly final: { readonly active: number; readonly inact: number };
  }[];
  readonly sctp_state_walks: readonly {
    readonly name: string;
    readonly conns: number;
    readonly steps: readonly (readonly [number, 'in' | 'out', number, string])[];
  }[];
  readonly first_packet_tcp: readonly {
    readonly sloppy_tcp: number;
    readonly flags: string;
    readonly state: string | null;
    readonly entry_created: boolean;
  }[];
  readonly conn_reuse: readonly {
    readonly method: string;
    readonly conn_reuse_mode: number;
    readonly state_before: string;
    readonly old_rs: string;
    readonly syn_goes_to: string;
    readonly state_after: string;
    readonly rescheduled: boolean;
  }[];
  readonly threshold_release: readonly {
    readonly x: number;
    readonly y: number;
    readonly accepts: number;
    readonly reopens_when_total_is: number;
  }[];
  readonly drop_packet: {
    readonly drop_packet: number;
    readonly am_droprate: number;
    readonly new_connection_syns: string;
  };
  readonly estimator: {
    readonly conns_or_pkts_per_s: readonly number[];
    readonly bytes_per_s: readonly number[];
  };
  readonly path_traces: readonly {
    readonly vs_conntrack: number;
    readonly case: string;
    readonly path: readonly {
      readonly at: string;
      readonly iif?: string;
      readonly oif?: string;
      readonly src?: string;
      readonly dst?: string;
      readonly proto?: string;
      readonly ctstate?: string;
    }[];
    readonly out: readonly string[];
  }[];
}
