export { type Address, type Family, familyOf, formatAddress, parseAddress } from './address/address.ts';
export {
  formatIpv4,
  IPV4_ANY,
  IPV4_BROADCAST,
  IPV4_LOOPBACK,
  type Ipv4Address,
  ipv4FromBits,
  ipv4Mask,
  ipv4MaskLength,
  ipv4ToBits,
  isLoopback,
  isMulticast,
  isZeroNet,
  parseIpv4,
} from './address/ipv4.ts';
export { formatIpv6, type Ipv6Address, ipv6FromBits, ipv6ToBits, parseIpv6 } from './address/ipv6.ts';
export { type MacAddress, macBytes, macFromBits, parseMac } from './address/mac.ts';
export {
  formatPrefix,
  type InterfaceAddress,
  networkOf,
  type Prefix,
  parseInterfaceAddress,
  parsePrefix,
  prefixContains,
  prefixOf,
} from './address/prefix.ts';
export { wordsInLines } from './cache-lines.ts';
export { CaptureReader } from './capture/capture-reader.ts';
export {
  type InterfaceToWrite,
  type PacketToWrite,
  pcapHeader,
  pcapngHeader,
  pcapngPacket,
  pcapRecord,
} from './capture/capture-writer.ts';
export { type CapturedPacket, type CaptureTime, LINKTYPE, nanosecondsBetween } from './capture/captured-packet.ts';
export { cookedFrame, decodeFrame, type FrameFault, frameInterface, packetOffset } from './capture/link-layer.ts';
export { type NumberedComment, PacketBlocks } from './capture/packet-blocks.ts';
export { type Command, type CommandResult, fail, splitWords, succeed } from './commands/command.ts';
export { addRoutes, type RefusedRoute } from './commands/ip/add-routes.ts';
export { isSecondary } from './commands/ip/address.ts';
export { runIp } from './commands/ip.ts';
export { runSysctl } from './commands/sysctl.ts';
export type {
  CostModel,
  Price,
  PriceBasis,
  Primitive,
  UpdatePrices,
  WalkPrices,
  WalkPrimitive,
} from './cost/cost-model.ts';
export { LINUX_6_18_EPYC } from './cost/linux-6-18-epyc.ts';
export { LINUX_6_18_MEASURED } from './cost/linux-6-18-measured.ts';
export { costModel } from './cost/models.ts';
export { type PricedPart, price, priceParts, walkCost } from './cost/price.ts';
export { PUBLISHED_2017 } from './cost/published-2017.ts';
export { type Update, updateCost } from './cost/update-cost.ts';
export { type Diagnostic, FaultList, formatDiagnostic, InputError, type Place, refuse } from './diagnostic.ts';
export { type Draft, type Edit, edit, type Patch } from './edit.ts';
export { EventQueue } from './engine/event-queue.ts';
export { type RandomState, type RandomStream, RandomStreams } from './engine/random.ts';
export { type EventHandle, Simulation, type SimulationOptions } from './engine/simulation.ts';
export { type Duration, MICROSECOND, MILLISECOND, SECOND, type SimTime } from './engine/time.ts';
export { jhash2, jhash3words } from './hash/jhash.ts';
export { swapBytes } from './hash/swap-bytes.ts';
export { HOOK_NAMES, Hook, type HookName, hookName } from './hook/hook.ts';
export {
  type HookFunction,
  type HookOps,
  HookRegistry,
  type HookState,
  type QueueListener,
} from './hook/hook-registry.ts';
export { Priority } from './hook/priority.ts';
export { ACCEPT, drop, type Errno, queue, STOLEN, type Verdict } from './hook/verdict.ts';
export { assertNever, InvariantError, invariant } from './invariant.ts';
export { LARGE_SET, Meter, type MeterCounts } from './meter.ts';
export { didYouMean, nearestName } from './near-name.ts';
export { CoreSysctls } from './net/core-sysctls.ts';
export { Device, type DeviceKind } from './net/device.ts';
export { DROP_REASONS, type DropReason } from './net/drop-reason.ts';
export { Fib, fibOf } from './net/fib.ts';
export type { FibResult, FibRoute, Flow } from './net/fib-route.ts';
export { type DefragUser, Fragmentation } from './net/fragmentation.ts';
export { Host, type HostOptions, KERNEL_VERSIONS, type KernelVersion } from './net/host.ts';
export {
  type AddressConfig,
  DEFAULT_RULES,
  type HostConfig,
  type InterfaceConfig,
  type MutableHostConfig,
  type RouteConfig,
  type RuleConfig,
  SCOPE,
  type Scope,
  TABLE,
} from './net/host-config.ts';
export type { ConfigEvent, HostEvent, HostObserver } from './net/host-event.ts';
export { IcmpSender } from './net/icmp-sender.ts';
export { ALL_HOSTS, inputRoute } from './net/input-route.ts';
export { KernelLog, type KernelLogLine } from './net/kernel-log.ts';
export { LocalStack } from './net/local-stack.ts';
export { type OutputFlow, outputRoute } from './net/output-route.ts';
export { isDelivered, isRouteFailure, type Route, type RouteFailure, type RouteType } from './net/route.ts';
export { KERNEL_SOCKET, type Listener, ROOT_SOCKET, type Socket } from './net/socket.ts';
export { type Sysctl, type SysctlDeclaration, type SysctlFault, SysctlTable } from './net/sysctl.ts';
export { tickTime, wheelTick } from './net/timer-wheel.ts';
export { crc32c, fold, internetChecksum, internetSum } from './packet/checksum.ts';
export { describePacket, protocolName } from './packet/describe.ts';
export {
  type IpvsMark,
  type LinkHeader,
  type OptionMarks,
  Packet,
  type PacketFields,
  type PacketType,
  type Reassembled,
} from './packet/packet.ts';
export { encodeQuote, Quote } from './packet/quote.ts';
export { tcpResetFor } from './packet/tcp-reset.ts';
export {
  cloneTransport,
  formatTcpFlags,
  type IcmpHeader,
  icmpHeader,
  isIcmpError,
  PROTOCOL,
  parseTcpFlags,
  type SctpHeader,
  sctpHeader,
  TCP_FLAG,
  type TcpHeader,
  type Transport,
  tcpHeader,
  transportLength,
  type UdpHeader,
  udpHeader,
} from './packet/transport.ts';
export { type UdpliteFault, udpliteFault } from './packet/udplite.ts';
export { attachBody, decodePacket, encodeBody, encodePacket, pseudoHeaderSum, type WireFault } from './packet/wire.ts';
export { type RenderOptions, renderTrace, type TextRole } from './trace/render-text.ts';
export { type Step, Trace } from './trace/trace.ts';
export { encodeUtf8 } from './utf8.ts';
