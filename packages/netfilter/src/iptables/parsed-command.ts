import type { Counters, IpTest, RuleMatch, TableName } from '../x_tables/rule.ts';
import type { MaskedAddress } from './address-list.ts';
import type { CommandLetter } from './core-options.ts';
import type { OptionScope } from './option-scope.ts';
import type { WordList } from './words.ts';

/** What a rule does, as far as its text says: whether the name is a chain is known only when the table is at hand. */
export interface ParsedJump {
  /** The word after `-j` or `-g`; '' for a rule without either. */
  readonly name: string;
  readonly isGoto: boolean;
  /** The target of that name, unless it was read as a chain. */
  readonly extension: { readonly name: string; readonly info: unknown } | undefined;
  /** Index of the word, for faults. */
  readonly word: number;
}

/** The rule part of a command: one rule for each pair of a source and a destination. */
export interface ParsedRule {
  readonly sources: readonly MaskedAddress[];
  readonly sourcesInverted: boolean;
  readonly destinations: readonly MaskedAddress[];
  readonly destinationsInverted: boolean;
  /** The other tests. */
  readonly ip: IpTest;
  readonly matches: readonly RuleMatch[];
  readonly jump: ParsedJump;
  /** The matches and the target again, with their options as they were read. */
  readonly scope: OptionScope;
}

/** One command of iptables, read and checked as far as its text goes. */
export interface ParsedCommand {
  /** Absent for a line that is not for this family (`-6`), and for `-Z` alone. */
  readonly command: CommandLetter | undefined;
  /** `-D CHAIN NUMBER`. */
  readonly byNumber: boolean;
  /** `-Z`, alone or with `-L` or `-S`: everything in the chain (or table), or one rule. */
  readonly zero: 'no' | 'chain' | 'rule';
  readonly table: TableName;
  readonly chain: string | undefined;
  /** Index of the chain's word. */
  readonly chainWord: number;
  /** From 1; 0 if none was given. */
  readonly ruleNumber: number;
  readonly newName: string | undefined;
  readonly policy: string | undefined;
  readonly verbose: number;
  readonly numeric: boolean;
  readonly exact: boolean;
  readonly lineNumbers: boolean;
  readonly counters: Counters | undefined;
  /** Present for -A -C -D -I -R. */
  readonly rule: ParsedRule | undefined;
  readonly words: WordList;
}

/** Thrown instead of a command where iptables would print something and leave (`-V`, `-h`). */
export class EarlyExit extends Error {
  override readonly name = 'EarlyExit';
  readonly status: number;
  readonly stdout: string;

  constructor(status: number, stdout: string) {
    super(stdout);
    this.status = status;
    this.stdout = stdout;
  }
}
