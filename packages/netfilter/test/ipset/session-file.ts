/** The sessions with the real ipset in `test/corpus-ipset`: their format is told at the top of `record.mjs` there. */
export interface RecordedCommand {
  readonly line: number;
  readonly argv: readonly string[];
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

export interface RecordedSession {
  readonly title: string;
  readonly commands: readonly RecordedCommand[];
}

/** Reads a file of sessions. */
export function parseSessions(text: string): RecordedSession[] {
  const sessions: { title: string; commands: RecordedCommand[] }[] = [];
  let command: { -readonly [K in keyof RecordedCommand]: RecordedCommand[K] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('== ')) {
      sessions.push({ title: line.slice(3), commands: [] });
    } else if (line.startsWith('$ ')) {
      command = { line: index + 1, argv: shellWords(line.slice(2)), stdin: '', stdout: '', stderr: '', status: 0 };
      sessions.at(-1)!.commands.push(command);
    } else if (line.startsWith('<')) {
      command!.stdin += `${line.slice(2)}\n`;
    } else if (line.startsWith('!')) {
      command!.stderr += `${line.slice(2)}\n`;
    } else if (line.startsWith('? ')) {
      command!.status = Number(line.slice(2));
    } else {
      command!.stdout += `${/^\.( |$)/.test(line) ? line.slice(2) : line}\n`;
    }
  }
  return sessions;
}

/** Words with '...' and "..." (where \" and \\ are characters). */
function shellWords(text: string): string[] {
  const words: string[] = [];
  const pattern = /\s*((?:[^\s'"\\]|'[^']*'|"(?:[^"\\]|\\.)*"|\\.)+)/gy;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    words.push(
      match[1]!.replace(
        /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g,
        (_all, single: string | undefined, double: string | undefined, plain) =>
          single ?? double?.replace(/\\(["\\])/g, '$1') ?? plain,
      ),
    );
  }
  return words;
}
