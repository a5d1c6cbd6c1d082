import type { Report } from './document.ts';
import { canonicalIp, familyOfText, isLoopbackText } from './ip-text.ts';
import type { EndpointSliceObject, EndpointsObject, NodeObject } from './kubernetes-objects.ts';

const ADDRESS_TYPES = ['IPv4', 'IPv6', 'FQDN'];
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];

/** Reports what the API server would refuse in an EndpointSlice. */
export function validateEndpointSlice(slice: EndpointSliceObject, report: Report): void {
  if (slice.metadata.name === '') report(['metadata', 'name'], 'a value is required');
  if (!ADDRESS_TYPES.includes(slice.addressType)) {
    report(['addressType'], `"${slice.addressType}" is not supported`, `use one of ${ADDRESS_TYPES.join(', ')}`);
    return;
  }
  validatePorts(slice, report);
  const endpoints = slice.endpoints ?? [];
  if (endpoints.length > 1000) report(['endpoints'], `${endpoints.length} endpoints are more than 1000`);
  for (const [index, endpoint] of endpoints.entries()) {
    const { addresses } = endpoint;
    if (addresses.length === 0) report(['endpoints', index, 'addresses'], 'an endpoint needs at least one address');
    if (addresses.length > 100)
      report(['endpoints', index, 'addresses'], `${addresses.length} addresses are more than 100`);
    if (slice.addressType === 'FQDN') continue;
    for (const [place, address] of addresses.entries()) {
      const path = ['endpoints', index, 'addresses', place];
      const canonical = canonicalIp(address);
      if (canonical === undefined) report(path, `"${address}" is no IP address`);
      else if ((familyOfText(canonical) === 'ipv6') !== (slice.addressType === 'IPv6')) {
        report(path, `${address} is no ${slice.addressType} address`);
      } else if (
        canonical === '0.0.0.0' ||
        canonical === '::' ||
        isLoopbackText(canonical) ||
        canonical.startsWith('169.254.')
      ) {
        report(path, `${address} may not be an endpoint`);
      }
    }
    if ((endpoint.hints?.forZones?.length ?? 0) > 8)
      report(['endpoints', index, 'hints', 'forZones'], 'more than 8 zones');
    if ((endpoint.hints?.forNodes?.length ?? 0) > 8)
      report(['endpoints', index, 'hints', 'forNodes'], 'more than 8 nodes');
  }
}

function validatePorts(slice: EndpointSliceObject, report: Report): void {
  const ports = slice.ports ?? [];
  if (ports.length > 20000) report(['ports'], `${ports.length} ports are more than 20000`);
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const name = port.name ?? '';
    if (names.has(name)) report(['ports', index, 'name'], `"${name}" is there twice`);
    names.add(name);
    const protocol = port.protocol ?? 'TCP';
    if (!PROTOCOLS.includes(protocol)) {
      report(['ports', index, 'protocol'], `"${protocol}" is not supported`, `use one of ${PROTOCOLS.join(', ')}`);
    }
    if (typeof port.port === 'number' && (port.port < 1 || port.port > 65535)) {
      report(['ports', index, 'port'], `${port.port} is not between 1 and 65535`);
    }
  }
}

/** Reports what the API server would refuse in an Endpoints object. */
export function validateEndpoints(object: EndpointsObject, report: Report): void {
  if (object.metadata.name === '') report(['metadata', 'name'], 'a value is required');
  for (const [index, subset] of (object.subsets ?? []).entries()) {
    for (const field of ['addresses', 'notReadyAddresses'] as const) {
      for (const [place, { ip }] of (subset[field] ?? []).entries()) {
        if (canonicalIp(ip) === undefined) report(['subsets', index, field, place, 'ip'], `"${ip}" is no IP address`);
      }
    }
    for (const [place, { port }] of (subset.ports ?? []).entries()) {
      if (typeof port !== 'number' || port < 1 || port > 65535) {
        report(['subsets', index, 'ports', place, 'port'], `${port ?? 'nothing'} is not between 1 and 65535`);
      }
    }
  }
}

/** Reports what the API server would refuse in a Node. */
export function validateNode(node: NodeObject, report: Report): void {
  if (node.metadata.name === '') report(['metadata', 'name'], 'a value is required');
  for (const [index, cidr] of (node.spec?.podCIDRs ?? []).entries()) {
    if (!/^[^/]+\/\d+$/.test(cidr)) report(['spec', 'podCIDRs', index], `"${cidr}" is no prefix`);
  }
}
