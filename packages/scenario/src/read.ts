import { FaultList, InputError, KERNEL_VERSIONS, refuse } from '@chainwalk/core';
import { readJson, readYaml } from '@chainwalk/core/yaml';
import * as v from 'valibot';
import type { Scenario } from './format.ts';
import { describeIssue } from './yaml-faults.ts';

const number = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
const port = number(0, 65535);

const packetEntries = {
  src: v.optional(v.string()),
  dst: v.optional(v.string()),
  proto: v.optional(v.union([v.string(), number(0, 255)])),
  ttl: v.optional(number(0, 255)),
  tos: v.optional(number(0, 255)),
  payload: v.optional(number(0, 65507)),
  sport: v.optional(port),
  dport: v.optional(port),
  flags: v.optional(v.pipe(v.string(), v.regex(/^[FSRPAUEC]*$/, 'TCP flags are letters of FSRPAUEC'))),
  seq: v.optional(number(0, 0xffffffff)),
  ack: v.optional(number(0, 0xffffffff)),
  win: v.optional(number(0, 65535)),
  type: v.optional(number(0, 255)),
  code: v.optional(number(0, 255)),
  id: v.optional(number(0, 65535)),
};

const innerSchema = v.strictObject(packetEntries);
const packetSchema = v.strictObject({
  ...packetEntries,
  inner: v.optional(innerSchema),
  bytes: v.optional(
    v.pipe(v.string(), v.regex(/^([0-9a-fA-F]{2})+$/, 'the bytes of a packet are pairs of hexadecimal digits')),
  ),
});

const stepSchema = v.pipe(
  v.strictObject({
    at: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1e10))),
    id: v.optional(v.string()),
    in: v.optional(v.string()),
    packet: v.optional(packetSchema),
    reply: v.optional(v.string()),
    reply_error: v.optional(v.string()),
    type: v.optional(number(0, 255)),
    code: v.optional(number(0, 255)),
    run: v.optional(v.string()),
    stdin: v.optional(v.string()),
  }),
  v.check(
    (step) => [step.run, step.reply, step.reply_error].filter((kind) => kind !== undefined).length <= 1,
    'a step does one thing: run, reply, reply_error or packet',
  ),
  v.check(
    (step) =>
      step.run !== undefined || step.reply !== undefined || step.reply_error !== undefined || step.packet !== undefined,
    'a step needs one of packet, reply, reply_error, run',
  ),
);

const scenarioSchema = v.strictObject({
  name: v.optional(v.string()),
  seed: v.optional(v.pipe(v.number(), v.integer())),
  // YAML reads an unquoted 6.18 as a number.
  kernel: v.optional(
    v.pipe(
      v.union([v.string(), v.number()]),
      v.transform(String),
      v.picklist(KERNEL_VERSIONS, `the kernel is one of ${KERNEL_VERSIONS.join(', ')}`),
    ),
  ),
  interfaces: v.optional(
    v.array(
      v.strictObject({
        name: v.pipe(
          v.string(),
          v.regex(/^[^\s/]{1,15}$/, 'a device name has 1 to 15 characters, no blank and no slash'),
        ),
        addresses: v.optional(v.array(v.string())),
        kind: v.optional(v.picklist(['device', 'dummy'])),
        up: v.optional(v.boolean()),
        mtu: v.optional(number(68, 65535)),
      }),
    ),
  ),
  routes: v.optional(v.array(v.string())),
  sysctls: v.optional(v.record(v.string(), v.union([v.string(), v.number()]))),
  ipset: v.optional(v.string()),
  iptables: v.optional(v.string()),
  ipvs: v.optional(v.string()),
  steps: v.array(stepSchema),
});

/** The same for whoever wants the host alone. */
const hostSchema = v.strictObject({ ...scenarioSchema.entries, steps: v.optional(v.array(stepSchema), []) });
type Schema = typeof scenarioSchema | typeof hostSchema;

/** What each object of the format may hold, for hints about misspelt keys. */
const KNOWN_KEYS: readonly string[] = [
  ...Object.keys(scenarioSchema.entries),
  ...Object.keys(packetSchema.entries),
  'at',
  'id',
  'in',
  'packet',
  'reply',
  'reply_error',
  'run',
  'stdin',
  'name',
  'addresses',
  'kind',
  'up',
  'mtu',
];

/**
 * Reads a scenario file, JSON or YAML: one scenario or an array of them; objects of the form `{scenario, kernel}` give
 * their scenario. Every fault is reported with its line and column.
 * @param source the file's name, for messages
 * @throws InputError
 */
export function readScenarios(text: string, source: string): readonly Scenario[] {
  return readAs(scenarioSchema, text, source);
}

/** As {@link readScenarios}, for the host of the first one: its steps need not be there. @throws InputError */
export function readHost(text: string, source: string): Scenario {
  const [first] = readAs(hostSchema, text, source);
  return first ?? refuse('empty', 'there is no host in it', { source, line: 1, column: 1 });
}

function readAs(schema: Schema, text: string, source: string): readonly Scenario[] {
  const plain = readJson(text);
  if (plain !== undefined) {
    const entries = scenariosIn(plain.value);
    const results = entries.map((entry) => v.safeParse(schema, entry));
    if (results.every((result) => result.success))
      return finish(
        results.map((result) => result.output as Scenario),
        source,
      );
  }
  return readYamlScenarios(schema, text, source);
}

function scenariosIn(value: unknown): readonly unknown[] {
  return (Array.isArray(value) ? value : [value]).map(scenarioIn);
}

function scenarioIn(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'scenario' in value ? value.scenario : value;
}

function readYamlScenarios(schema: Schema, text: string, source: string): readonly Scenario[] {
  const { documents, place } = readYaml(text, source);
  const faults = new FaultList();
  const scenarios: Scenario[] = [];
  for (const { value, parsed } of documents) {
    if (value === null) continue;
    for (const [index, entry] of (Array.isArray(value) ? value : [value]).entries()) {
      if (faults.isFull) break;
      const result = v.safeParse(schema, scenarioIn(entry));
      if (result.success) {
        scenarios.push(result.output as Scenario);
        continue;
      }
      const wrapped = scenarioIn(entry) !== entry ? ['scenario'] : [];
      const prefix = Array.isArray(value) ? [index, ...wrapped] : wrapped;
      for (const issue of result.issues) {
        if (faults.isFull) break;
        faults.add(describeIssue(issue, parsed, prefix, place, KNOWN_KEYS));
      }
    }
  }
  faults.throwIfAny();
  if (scenarios.length === 0) refuse('empty', 'there is no scenario in it', place(0));
  return finish(scenarios, source);
}

/** Checks what no schema can: that answers name an earlier step, and that times do not go back. */
function finish(scenarios: readonly Scenario[], source: string): readonly Scenario[] {
  for (const scenario of scenarios) {
    const ids = new Set<string>();
    let last = 0;
    const names = new Set<string>(['lo']);
    const fault = (message: string): never => {
      throw new InputError([
        { severity: 'error', code: 'bad-step', message: `${source}: ${scenario.name ?? 'scenario'}: ${message}` },
      ]);
    };
    for (const device of scenario.interfaces ?? []) {
      if (names.has(device.name)) fault(`interface ${device.name} is there twice`);
      names.add(device.name);
    }
    for (const [index, step] of scenario.steps.entries()) {
      const target = step.reply ?? step.reply_error;
      if (target !== undefined && !ids.has(target))
        fault(`step ${index + 1} answers "${target}", but no earlier step has that id`);
      if (step.id !== undefined) ids.add(step.id);
      if (step.at !== undefined && step.at < last)
        fault(`step ${index + 1} is at ${step.at} ms, before the step in front of it`);
      last = step.at ?? last;
    }
  }
  return scenarios;
}
