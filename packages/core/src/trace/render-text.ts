import { hookName } from '../hook/hook.ts';
import { DROP_REASONS } from '../net/drop-reason.ts';
import type { Step, Trace } from './trace.ts';

/** What a piece of text is, so that a terminal can colour it and a file need not. */
export type TextRole = 'packet' | 'hook' | 'function' | 'matched' | 'passed' | 'change' | 'good' | 'bad' | 'note';

export interface RenderOptions {
  /** Also shows the rules that did not match, with the test that failed. */
  readonly allRules?: boolean;
  /** Gives a piece of text its colour; plain text without it. */
  readonly paint?: (role: TextRole, text: string) => string;
}

/** The walk of a packet as lines that a person can follow, hook by hook, answers indented below what caused them. */
export function renderTrace(trace: Trace, options: RenderOptions = {}): string {
  const lines: string[] = [];
  new Renderer(options, lines).render(trace, '');
  return `${lines.join('\n')}\n`;
}

class Renderer {
  readonly #paint: (role: TextRole, text: string) => string;
  readonly #allRules: boolean;
  readonly #lines: string[];

  constructor(options: RenderOptions, lines: string[]) {
    this.#paint = options.paint ?? ((_, text) => text);
    this.#allRules = options.allRules === true;
    this.#lines = lines;
  }

  render(trace: Trace, indent: string): void {
    this.#lines.push(indent + this.#paint('packet', trace.start));
    let hook: number | undefined;
    let functions = 0;
    // A hook function is worth a line only if something came of it.
    let pending: string | undefined;
    let passed = 0;
    const say = (depth: number, text: string): void => {
      if (pending !== undefined) {
        this.#lines.push(pending);
        pending = undefined;
      }
      if (passed > 0) {
        const text = `${passed} rule${passed === 1 ? '' : 's'} did not match`;
        passed = 0;
        this.#lines.push(`${indent}${'  '.repeat(3)}${this.#paint('passed', text)}`);
      }
      this.#lines.push(indent + '  '.repeat(depth) + text);
    };
    for (const step of trace.steps) {
      if (step.kind === 'hook') {
        if (hook !== step.hook || functions === 0)
          this.#lines.push(`${indent}  ${this.#paint('hook', hookName(step.hook))}`);
        hook = step.hook;
        functions++;
        passed = 0;
        pending = `${indent}    ${this.#paint('function', step.function)} ${this.#paint('note', `(${step.priority})`)}`;
        continue;
      }
      if (step.kind === 'rule' && step.outcome !== 'matched' && !this.#allRules) {
        passed++;
        continue;
      }
      const inHook =
        step.kind === 'rule' ||
        step.kind === 'chain-end' ||
        (hook !== undefined && step.kind === 'change' && step.by !== 'ip_forward');
      const atHook = inHook || step.kind === 'connection' || step.kind === 'ipvs' || step.kind === 'stolen';
      if (!atHook) {
        pending = undefined;
        passed = 0;
        hook = undefined;
        functions = 0;
      }
      if (step.kind === 'answer') {
        say(1, this.#paint('note', `answered: ${step.what}`));
        this.render(step.trace, `${indent}    `);
      } else say(atHook ? 3 : 1, this.#line(step));
    }
  }

  #line(step: Exclude<Step, { kind: 'hook' | 'answer' }>): string {
    switch (step.kind) {
      case 'receive':
        return `arrives on ${step.device}`;
      case 'send':
        return `sent by ${step.by}`;
      case 'rule': {
        const place = `${step.table} ${step.chain} rule ${step.number}`;
        if (step.outcome !== 'matched')
          return this.#paint('passed', `${place} did not match (${step.outcome.failed})  ${step.text}`);
        return `${this.#paint('matched', `${place} matched`)}  ${step.text}`;
      }
      case 'chain-end': {
        const what = step.how === 'policy' ? `policy ${step.verdict}` : 'end of chain';
        return this.#paint(step.verdict === 'DROP' ? 'bad' : 'note', `${step.table} ${step.chain} ${what}`);
      }
      case 'route':
        return `${step.direction === 'reroute' ? 'routed anew' : 'routing'}: ${step.decision}`;
      case 'change':
        return this.#paint('change', `${step.by} changes ${step.field}: ${step.from} -> ${step.to}`);
      case 'connection':
      case 'ipvs':
        return step.text;
      case 'stolen':
        return `taken over by ${step.function}`;
      case 'drop':
        return this.#paint('bad', `ends at ${step.at}: ${DROP_REASONS[step.reason]}`);
      case 'transmit':
        return this.#paint('good', `leaves through ${step.device}`);
      case 'deliver':
        return this.#paint('good', `delivered to this host (${step.device})`);
    }
  }
}
