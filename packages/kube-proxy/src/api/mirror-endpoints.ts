import { SERVICE_NAME_LABEL } from '../model/cluster.ts';
import { canonicalIp, familyOfText } from './ip-text.ts';
import type { EndpointAddress, EndpointSliceObject, EndpointSubset, EndpointsObject } from './kubernetes-objects.ts';

/**
 * EndpointSlices that say what an Endpoints object says, one for each subset and family, as the mirroring controller of
 * later releases makes them. For clusters from before EndpointSlices.
 */
export function mirrorEndpoints(object: EndpointsObject): readonly EndpointSliceObject[] {
  const { name, namespace } = object.metadata;
  return (object.subsets ?? []).flatMap((subset, index) =>
    (['IPv4', 'IPv6'] as const).flatMap((addressType) => {
      const endpoints = [...ofFamily(subset, addressType, true), ...ofFamily(subset, addressType, false)];
      if (endpoints.length === 0) return [];
      return [
        {
          metadata: { name: `${name}-${index}-${addressType}`, namespace, labels: { [SERVICE_NAME_LABEL]: name } },
          addressType,
          ports: subset.ports,
          endpoints,
        },
      ];
    }),
  );
}

function ofFamily(
  subset: EndpointSubset,
  type: 'IPv4' | 'IPv6',
  ready: boolean,
): NonNullable<EndpointSliceObject['endpoints']> {
  const addresses: readonly EndpointAddress[] = (ready ? subset.addresses : subset.notReadyAddresses) ?? [];
  return addresses
    .filter(({ ip }) => (familyOfText(canonicalIp(ip) ?? ip) === 'ipv6') === (type === 'IPv6'))
    .map(({ ip, nodeName }) => ({
      addresses: [ip],
      nodeName,
      conditions: { ready, serving: ready, terminating: false },
    }));
}
