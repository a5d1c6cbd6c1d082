import type { ElementAttributes } from './attributes.ts';
import { Batch } from './batch.ts';
import { createSet } from './create-set.ts';
import { fail, misuse } from './fault.ts';
import { newMember } from './hash-member.ts';
import { hex8 } from './hex.ts';
import type { IpSet } from './ip-set.ts';
import { type CommandName, type Environment, newEnvironment, parseCommand } from './ipset-command.ts';
import { kernelMessage } from './kernel-message.ts';
import { listText } from './list-text.ts';
import { putMac } from './packet-fields.ts';
import { hasPortRange, parseElement, parseSetName } from './parse-element.ts';
import { describeAddress, parseCreateOptions, parseElementOptions } from './parse-options.ts';
import { SetCode } from './set-error.ts';
import type { SetRegistry } from './set-registry.ts';
import { formatEther, formatIp, formatPort } from './text.ts';
import { type ElementPart, syntaxOf, type TypeSyntax } from './type-syntax.ts';

/** Commands that a restore file cannot hold. */
const NOT_IN_RESTORE: readonly CommandName[] = ['restore', 'help', 'version'];

/** A restore ends, as if all were well, after the first line that made the program warn. */
const STOPPED_BY_WARNING = 0;

/** One run of `ipset`: its options, what it wrote, and in a restore the lines that wait to be sent. */
export class Session {
  readonly #sets: SetRegistry;
  readonly environment: Environment = newEnvironment();
  stdout = '';
  stderr = '';
  /** The line of the restore at hand, counted from 1; 0 outside. */
  line = 0;
  #batch: Batch | undefined;

  constructor(sets: SetRegistry) {
    this.#sets = sets;
  }

  /** Runs one command line. The answer is the exit status, or `undefined` to go on. @throws IpsetFault */
  run(argv: readonly string[], stdin: string): number | undefined {
    const { name, words } = parseCommand(argv, this.environment, outputMode);
    if (this.environment.file !== undefined)
      fail(`chainwalk's ipset opens no files: leave -file ${this.environment.file} away`);
    if (this.line > 0 && NOT_IN_RESTORE.includes(name)) misuse(`Command \`${name}' is invalid in restore mode.`);
    switch (name) {
      case 'add':
      case 'del':
        this.#change(name, words);
        return undefined;
      case 'restore':
        return this.#restore(stdin);
      case 'quit':
        return 0;
      case 'version':
        this.stdout += 'ipset v7.17, protocol version: 7\n';
        return undefined;
      case 'help':
        return fail('chainwalk has no help texts of ipset: see the manual page ipset(8)');
    }
    return this.#whole(name, words);
  }

  /** The commands that are done at once, each for itself. */
  #whole(
    name: Exclude<CommandName, 'add' | 'del' | 'restore' | 'quit' | 'version' | 'help'>,
    words: readonly string[],
  ): number | undefined {
    const { exist } = this.environment;
    const [first, second] = words.map((word, index) =>
      index === 0 || name === 'rename' || name === 'swap' ? parseSetName(word) : word,
    );
    if (name === 'create') return this.#create(first!, words.slice(1));
    if (name === 'test') return this.#test(first!, words.slice(1));
    this.commit();
    switch (name) {
      case 'destroy':
        return this.#expect(this.#sets.destroy(first, exist), name);
      case 'flush':
        return this.#expect(this.#sets.flush(first), name);
      case 'rename':
        return this.#expect(this.#sets.rename(first!, second!), name);
      case 'swap':
        return this.#expect(this.#sets.swap(first!, second!), name);
      case 'list':
      case 'save':
        this.#list(name, first);
        return undefined;
    }
  }

  #expect(code: number, command: string): undefined {
    if (code !== SetCode.OK) fail(kernelMessage(code, command));
  }

  #create(name: string, [typeName, ...options]: readonly string[]): number | undefined {
    const syntax = syntaxOf(typeName!);
    if (syntax === undefined) fail(`Syntax error: typename '${typeName}' is unknown`);
    const { attributes, warnings } = parseCreateOptions(options, syntax);
    this.commit();
    const set = createSet(syntax.name, name, attributes, this.#sets);
    this.#expect(typeof set === 'number' ? set : this.#sets.create(set, this.environment.exist), 'create');
    for (const warning of warnings) this.stderr += `${warning}\n`;
    return warnings.length > 0 ? STOPPED_BY_WARNING : undefined;
  }

  #find(name: string): { readonly set: IpSet; readonly syntax: TypeSyntax } {
    const set = this.#sets.find(name);
    if (set === undefined) fail(kernelMessage(SetCode.NOENT, ''));
    return { set, syntax: syntaxOf(set.type.name)! };
  }

  #element(
    command: 'add' | 'del' | 'test',
    set: IpSet,
    syntax: TypeSyntax,
    [text, ...options]: readonly string[],
  ): ElementAttributes {
    const element = parseElement(text!, syntax, set.family);
    parseElementOptions(command, options, syntax, element);
    const refused = command === 'test' ? syntax.refusedInTest : syntax.refusedInAdd;
    const kind =
      element.cidr !== undefined && refused.includes('cidr')
        ? 'IP/CIDR range'
        : element.ipTo !== undefined && refused.includes('ip-to')
          ? 'FROM-TO IP range'
          : hasPortRange(element) && refused.includes('port-to')
            ? 'FROM-TO port range'
            : undefined;
    if (kind !== undefined)
      fail(`${kind} is not allowed in command ${command} with set type ${syntax.name} and family ${set.family}`);
    return element;
  }

  #change(command: 'add' | 'del', words: readonly string[]): void {
    const name = parseSetName(words[0]!);
    const { set, syntax } = this.#find(name);
    const element = this.#element(command, set, syntax, words.slice(1));
    const batch = this.#batch;
    if (batch !== undefined && (batch.set !== set || batch.command !== command)) this.commit();
    if (this.line === 0) {
      this.#expect(set.command(command, element, this.environment.exist), command);
      return;
    }
    this.#batch ??= new Batch(command, set, this.environment.exist);
    if (this.#batch.take(element, this.line)) return;
    this.commit();
    this.#batch = new Batch(command, set, this.environment.exist);
    this.#batch.take(element, this.line);
  }

  #test(name: string, words: readonly string[]): number | undefined {
    const { set, syntax } = this.#find(name);
    const element = this.#element('test', set, syntax, words);
    this.commit();
    const text = describe(element, syntax);
    if (set.command('test', element, false) > 0) {
      this.stderr += `Warning: ${text} is in set ${name}.\n`;
      return STOPPED_BY_WARNING;
    }
    this.stderr += `${text} is NOT in set ${name}.\n`;
    return 1;
  }

  #list(command: 'list' | 'save', name: string | undefined): void {
    const { names, terse, sorted, output } = this.environment;
    const sets = name === undefined ? this.#sets.sets : [this.#find(name).set];
    if (output === 'xml') fail('chainwalk prints no XML: use -output plain or -output save');
    this.stdout += listText(sets, { mode: output ?? (command === 'save' ? 'save' : 'plain'), names, terse, sorted });
  }

  // ---------------------------------------------------------------- restore

  #restore(text: string): number | undefined {
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    for (const [index, content] of lines.entries()) {
      this.line = index + 1;
      const words = splitLine(content);
      if (words.length === 0 || words[0]!.startsWith('#')) continue;
      if (content.trim() === 'COMMIT') {
        this.commit();
        continue;
      }
      const status = this.run(words, '');
      if (status !== undefined) {
        if (status === 0) this.commit();
        return status;
      }
    }
    this.commit();
    return undefined;
  }

  /** Sends the lines that wait. @throws IpsetFault */
  commit(): void {
    const batch = this.#batch;
    this.#batch = undefined;
    batch?.send();
  }
}

/** The words of a line; what stands in double quotes is one, without them. A word whose quote stays open is lost, and so is an empty one. */
function splitLine(line: string): string[] {
  if (!line.includes('"')) return line.split(/[ \t\r]+/).filter((word) => word !== '');
  const words: string[] = [];
  let word = '';
  let quoted = false;
  const end = (): void => {
    if (word !== '') words.push(word);
    word = '';
  };
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === ' ' || character === '\t' || character === '\r')) end();
    else word += character;
  }
  if (!quoted) end();
  return words;
}

function outputMode(mode: string): Environment['output'] {
  if (mode === 'plain' || mode === 'save' || mode === 'xml') return mode;
  return fail(`Syntax error: unknown output mode '${mode}'`);
}

/** An element as the answer of `test` repeats it. */
function describe(element: ElementAttributes, syntax: TypeSyntax): string {
  const texts = syntax.parts.map((part, index) => describePart(part, element, index));
  return texts.filter((text) => text !== undefined).join(',');
}

function describePart(part: ElementPart, element: ElementAttributes, index: number): string | undefined {
  const member = Object.assign(newMember(), { proto: element.proto ?? 0, port: element.port ?? 0 });
  switch (part) {
    case 'ip':
    case 'plain-ip':
    case 'net':
      return index === 0 ? describeAddress(element) : describeSecond(element);
    case 'port':
      return formatPort(member);
    case 'tcp-udp-port':
      return String(element.port);
    case 'mark':
      return hex8(element.mark ?? 0);
    case 'ether':
      if (element.ether === undefined) return undefined;
      putMac(element.ether, member);
      return formatEther(member);
    case 'iface':
      return element.iface;
    case 'setname':
      // Whatever was asked, the tool says "after".
      return element.reference === undefined ? element.setName : `${element.setName} after ${element.reference.name}`;
  }
}

function describeSecond({ ip2, cidr2 }: ElementAttributes): string {
  if (ip2 === undefined) return '';
  const longest = typeof ip2 === 'number' ? 32 : 128;
  return cidr2 === undefined || cidr2 === longest ? formatIp(ip2) : `${formatIp(ip2)}/${cidr2}`;
}
