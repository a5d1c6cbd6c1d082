import { describe, expect, it } from 'vitest';
import { type Diagnostic, FaultList, formatDiagnostic, InputError } from '../src/diagnostic.ts';

const fault = (message: string): Diagnostic => ({ severity: 'error', code: 'x', message });

describe('a fault as it is printed', () => {
  it('does not repeat a line of a megabyte', () => {
    expect(formatDiagnostic({ ...fault('no such thing'), hint: 'do that' })).toBe('error: no such thing (do that)');
    expect(formatDiagnostic({ ...fault('x'.repeat(1e6)), hint: 'do that' })).toMatch(
      /^error: x{1000}\.\.\. \(do that\)$/,
    );
  });
});

describe('a list of faults', () => {
  it('throws what was found, and nothing if nothing was', () => {
    const list = new FaultList();
    expect(() => list.throwIfAny()).not.toThrow();
    list.add(fault('a'));
    list.add(fault('b'));
    expect(list.isFull).toBe(false);
    expect(() => list.throwIfAny()).toThrow(new InputError([fault('a'), fault('b')]));
  });

  it('keeps the first hundred, and says that there may be more', () => {
    const list = new FaultList();
    for (let i = 0; i < 1000; i++) list.add(fault(`${i}`));
    expect(list.isFull).toBe(true);
    try {
      list.throwIfAny();
      expect.unreachable();
    } catch (error) {
      const { diagnostics } = error as InputError;
      expect(diagnostics.map(({ message }) => message)).toEqual(Array.from({ length: 100 }, (_, i) => `${i}`));
      expect(diagnostics.at(-1)!.hint).toContain('there may be more');
    }
  });
});
