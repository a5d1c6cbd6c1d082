import * as v from 'valibot';
import type { Path, Report } from './document.ts';
import type { EndpointSliceObject, EndpointsObject, NodeObject, ServiceObject } from './kubernetes-objects.ts';

const text = v.nullish(v.string());
const texts = v.nullish(v.array(v.string()));
const whole = v.pipe(v.number(), v.integer());
const labels = v.nullish(v.record(v.string(), v.string()));

const metadata = v.object({
  name: v.string(),
  namespace: text,
  labels,
  annotations: labels,
});

const service = v.object({
  metadata,
  spec: v.nullish(
    v.object({
      type: text,
      clusterIP: text,
      clusterIPs: texts,
      ports: v.nullish(
        v.array(
          v.object({
            name: text,
            protocol: text,
            port: whole,
            targetPort: v.nullish(v.union([whole, v.string()])),
            nodePort: v.nullish(whole),
          }),
        ),
      ),
      externalIPs: texts,
      externalName: text,
      loadBalancerIP: text,
      loadBalancerSourceRanges: texts,
      externalTrafficPolicy: text,
      internalTrafficPolicy: text,
      healthCheckNodePort: v.nullish(whole),
      sessionAffinity: text,
      sessionAffinityConfig: v.nullish(
        v.object({ clientIP: v.nullish(v.object({ timeoutSeconds: v.nullish(whole) })) }),
      ),
      ipFamilies: texts,
      ipFamilyPolicy: text,
      trafficDistribution: text,
      publishNotReadyAddresses: v.nullish(v.boolean()),
    }),
  ),
  status: v.nullish(
    v.object({
      loadBalancer: v.nullish(
        v.object({ ingress: v.nullish(v.array(v.object({ ip: text, hostname: text, ipMode: text }))) }),
      ),
    }),
  ),
});

const named = v.nullish(v.array(v.object({ name: v.string() })));

const endpointSlice = v.object({
  metadata,
  addressType: v.string(),
  endpoints: v.nullish(
    v.array(
      v.object({
        addresses: v.array(v.string()),
        conditions: v.nullish(
          v.object({
            ready: v.nullish(v.boolean()),
            serving: v.nullish(v.boolean()),
            terminating: v.nullish(v.boolean()),
          }),
        ),
        nodeName: text,
        zone: text,
        hints: v.nullish(v.object({ forZones: named, forNodes: named })),
      }),
    ),
  ),
  ports: v.nullish(v.array(v.object({ name: text, protocol: text, port: v.nullish(whole) }))),
});

const address = v.object({ ip: v.string(), nodeName: text });

const endpoints = v.object({
  metadata,
  subsets: v.nullish(
    v.array(
      v.object({
        addresses: v.nullish(v.array(address)),
        notReadyAddresses: v.nullish(v.array(address)),
        ports: v.nullish(v.array(v.object({ name: text, protocol: text, port: v.nullish(whole) }))),
      }),
    ),
  ),
});

const node = v.object({
  metadata,
  spec: v.nullish(v.object({ podCIDR: text, podCIDRs: texts })),
  status: v.nullish(
    v.object({
      addresses: v.nullish(v.array(v.object({ type: v.string(), address: v.string() }))),
      capacity: v.nullish(v.record(v.string(), v.union([v.string(), v.number()]))),
    }),
  ),
});

/** The value as a Service if its fields have the right types; each wrong one is reported. */
export function asService(value: unknown, report: Report): ServiceObject | undefined {
  return conform<ServiceObject>(service, value, report);
}

/** The value as an EndpointSlice. */
export function asEndpointSlice(value: unknown, report: Report): EndpointSliceObject | undefined {
  return conform<EndpointSliceObject>(endpointSlice, value, report);
}

/** The value as an Endpoints object. */
export function asEndpoints(value: unknown, report: Report): EndpointsObject | undefined {
  return conform<EndpointsObject>(endpoints, value, report);
}

/** The value as a Node. */
export function asNode(value: unknown, report: Report): NodeObject | undefined {
  return conform<NodeObject>(node, value, report);
}

/** Checks a value against a schema, with one report for each fault. */
export function conform<T>(schema: v.GenericSchema<unknown, T>, value: unknown, report: Report): T | undefined {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  for (const issue of result.issues) {
    const path: Path = (issue.path ?? []).map((item) => item.key as string | number);
    const missing = issue.received === 'undefined';
    report(
      path,
      missing ? 'a value is required' : `expected ${issue.expected ?? 'another value'}, found ${issue.received}`,
    );
  }
  return undefined;
}
