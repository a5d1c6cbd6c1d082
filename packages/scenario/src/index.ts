export {
  type ComparableResult,
  compareResults,
  type Difference,
  type FormatDifferenceOptions,
  formatDifference,
} from './compare.ts';
export type {
  InterfaceSpec,
  PacketFields,
  PacketSpec,
  Scenario,
  ScenarioEvent,
  ScenarioResult,
  Step,
  StepResult,
} from './format.ts';
export { Node, type NodeOptions } from './node.ts';
export { answerTo, errorAbout, fieldsOf, packetFromSpec, protocolNumber } from './packet-spec.ts';
export { Player, type PlayOptions, playScenario, SCENARIO_SYSCTLS, type StepTrace, setUp } from './player.ts';
export { readScenarios } from './read.ts';
export {
  describeFate,
  type Fate,
  Replay,
  type ReplayedPacket,
  type ReplayOptions,
  type SentPacket,
  type Tally,
} from './replay.ts';
export { type Arrivals, arrivalTimes, type RatePiece } from './traffic/arrivals.ts';
export { type Distribution, meanOf, type Sampler, sampler } from './traffic/distribution.ts';
export { LatencyRecorder, type LatencySummary } from './traffic/latency-recorder.ts';
export { Zipf } from './traffic/zipf.ts';
