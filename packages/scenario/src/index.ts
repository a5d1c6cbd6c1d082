export {
  type ComparableResult,
  compareResults,
  type Difference,
  type FormatDifferenceOptions,
  formatDifference,
} from './compare.ts';
export { describeFate, type Fate } from './fate-table.ts';
export type { Tally } from './flow-table.ts';
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
export type { OutputDifference, OutputMatch, OutputReport } from './output-check.ts';
export { answerTo, errorAbout, fieldsOf, packetFromSpec, protocolNumber } from './packet-spec.ts';
export { Player, type PlayOptions, playScenario, SCENARIO_SYSCTLS, type StepTrace, setUp } from './player.ts';
export { readHost, readScenarios } from './read.ts';
export { type Departure, Replay, type ReplayedPacket, type ReplayOptions, type SentPacket } from './replay.ts';
export { type Arrivals, arrivalTimes, type RatePiece } from './traffic/arrivals.ts';
export {
  type ClientOptions,
  type ClosedLoopOptions,
  closedLoop,
  type OpenLoopOptions,
  openLoop,
  type TcpClientOptions,
  type UdpQueriesOptions,
  udpQueries,
} from './traffic/clients.ts';
export { type CoreReport, Cpus, type CpusOptions, type CpusReport } from './traffic/cpus.ts';
export { type Distribution, meanOf, type Sampler, sampler } from './traffic/distribution.ts';
export {
  type DatagramReceiver,
  Endpoint,
  type EndpointOptions,
  endpointBehind,
  endpointOn,
  type Target,
} from './traffic/endpoint.ts';
export { LatencyRecorder, type LatencySummary } from './traffic/latency-recorder.ts';
export { Load, type LoadNode, type LoadOptions, type LoadReport } from './traffic/load.ts';
export {
  type ClientSpec,
  type LoadSpec,
  type ReadLoadOptions,
  readLoad,
  type ServerSpec,
} from './traffic/load-spec.ts';
export { Network, type NetworkCounts, type NetworkOptions, type Tap } from './traffic/network.ts';
export {
  type ConnectionCounts,
  OUTCOMES,
  type Outcome,
  type RequestResult,
  Requests,
  type RequestsReport,
} from './traffic/requests.ts';
export { rssHash } from './traffic/rss.ts';
export { type Server, type ServerOptions, serveTcp, serveUdp } from './traffic/server.ts';
export { type SynFloodOptions, synFlood } from './traffic/syn-flood.ts';
export { TcpConnection, type TcpEnd, type TcpSettings, type TcpUser } from './traffic/tcp-connection.ts';
export { TrafficCapture } from './traffic/traffic-capture.ts';
export { Zipf } from './traffic/zipf.ts';
