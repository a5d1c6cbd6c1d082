import { Composer, type CST, type Document, Lexer, LineCounter, Parser } from 'yaml';
import { type Diagnostic, FaultList, type Place, refuse } from '../diagnostic.ts';
import { checkContent } from './check-content.ts';
import { DEEPEST } from './nesting.ts';

/** Where an offset of a text stands. */
export type PlaceOf = (offset: number) => Place;

/** One document of a YAML text. */
export interface YamlDocument {
  readonly value: unknown;
  /** The parser's own, which knows where every part stands. */
  readonly parsed: Document.Parsed;
}

/** What a YAML text holds, and where. */
export interface YamlText {
  readonly documents: readonly YamlDocument[];
  readonly place: PlaceOf;
}

/**
 * The documents of a YAML text (1.2, core schema), in time and memory linear in its length whatever it holds.
 * @param source the text's name, for messages
 * @throws InputError with the faults of the syntax, and of collections that are nested deeper than {@link DEEPEST}, keys
 * that are there twice and aliases that name nothing or stand for too much
 */
export function readYaml(text: string, source: string): YamlText {
  const lines = new LineCounter();
  const place: PlaceOf = (offset) => {
    const { line, col } = lines.linePos(offset);
    return { source, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const faults = new FaultList();
  const fault = (message: string, offset: number, hint?: string): Diagnostic => {
    const told = {
      severity: 'error' as const,
      code: 'syntax',
      message: message.split('\n', 1)[0]!,
      place: place(offset),
    };
    return hint === undefined ? told : { ...told, hint };
  };
  const parsed = compose(text, lines, place, ({ message, pos }) => faults.add(fault(message, pos[0])));
  faults.throwIfAny();
  for (const document of parsed) checkContent(document, (...told) => faults.add(fault(...told)));
  faults.throwIfAny();
  // The check has counted what aliases stand for; the parser would search the whole document for each of them.
  const documents = parsed.map((document) => ({ parsed: document, value: document.toJS({ maxAliasCount: -1 }) }));
  return { documents, place };
}

/** Ends the work of a composer that has found more than anybody wants to read. */
class EnoughErrors extends Error {}

interface SyntaxError {
  readonly message: string;
  readonly pos: readonly [number, number];
}

function compose(
  text: string,
  lines: LineCounter,
  place: PlaceOf,
  tell: (error: SyntaxError) => void,
): readonly Document.Parsed[] {
  const documents: Document.Parsed[] = [];
  // Its own search for keys that are there twice takes time by the square of a map's size.
  const composer = new Composer({ uniqueKeys: false });
  boundErrors(composer);
  try {
    for (const document of composer.compose(tokensOf(text, lines, place))) {
      documents.push(document);
      for (const error of document.errors) tell(error);
    }
  } catch (reason) {
    if (!(reason instanceof EnoughErrors)) throw reason;
  }
  // What went wrong outside any document.
  for (const error of composer.streamInfo().errors) tell(error);
  return documents;
}

/** Errors of one stream that the parsers are let go on for; enough to fill any {@link FaultList}. */
const MOST_ERRORS = 1000;

/** The tokens of a text. @throws InputError as soon as collections are nested too deeply, before anybody goes down */
function* tokensOf(text: string, lines: LineCounter, place: PlaceOf): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  let errors = 0;
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      if (token.type === 'error') errors++;
      yield token;
    }
    if (parser.stack.length > DEEPEST) checkDepth(parser, place);
    if (errors > MOST_ERRORS) break;
  }
  yield* parser.end();
}

function checkDepth(parser: Parser, place: PlaceOf): void {
  const open = parser.stack.filter(
    ({ type }) => type === 'block-map' || type === 'block-seq' || type === 'flow-collection',
  );
  const tooDeep = open[DEEPEST];
  if (tooDeep === undefined) return;
  refuse(
    'too-deep',
    `maps and lists are nested deeper than ${DEEPEST} levels`,
    place((tooDeep as { offset: number }).offset),
    'close what is open, and quote texts that hold ": "',
  );
}

/** The parser keeps every error with the stack that led to it, and every warning too, which nobody reads here. */
function boundErrors(composer: Composer): void {
  type OnError = (source: unknown, code: string, message: string, warning?: boolean) => void;
  const open = composer as unknown as { onError: OnError };
  const keep = open.onError;
  let errors = 0;
  open.onError = (source, code, message, warning) => {
    if (warning === true) return;
    keep(source, code, message);
    if (++errors > MOST_ERRORS) throw new EnoughErrors();
  };
}
