/**
 * The Kubernetes objects, with the fields that kube-proxy reads and those that tell whether the API server would take
 * them. Other fields are left alone. `null` means absent, as in the API.
 */

type Maybe<T> = T | null | undefined;

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: Maybe<string>;
  readonly labels?: Maybe<Readonly<Record<string, string>>>;
  readonly annotations?: Maybe<Readonly<Record<string, string>>>;
}

/** `v1` Service. */
export interface ServiceObject {
  readonly metadata: ObjectMeta;
  readonly spec?: Maybe<ServiceSpec>;
  readonly status?: Maybe<{
    readonly loadBalancer?: Maybe<{ readonly ingress?: Maybe<readonly LoadBalancerIngress[]> }>;
  }>;
}

export interface ServiceSpec {
  readonly type?: Maybe<string>;
  readonly clusterIP?: Maybe<string>;
  readonly clusterIPs?: Maybe<readonly string[]>;
  readonly ports?: Maybe<readonly ServicePortSpec[]>;
  readonly externalIPs?: Maybe<readonly string[]>;
  readonly externalName?: Maybe<string>;
  readonly loadBalancerIP?: Maybe<string>;
  readonly loadBalancerSourceRanges?: Maybe<readonly string[]>;
  readonly externalTrafficPolicy?: Maybe<string>;
  readonly internalTrafficPolicy?: Maybe<string>;
  readonly healthCheckNodePort?: Maybe<number>;
  readonly sessionAffinity?: Maybe<string>;
  readonly sessionAffinityConfig?: Maybe<{ readonly clientIP?: Maybe<{ readonly timeoutSeconds?: Maybe<number> }> }>;
  readonly ipFamilies?: Maybe<readonly string[]>;
  readonly ipFamilyPolicy?: Maybe<string>;
  readonly trafficDistribution?: Maybe<string>;
  readonly publishNotReadyAddresses?: Maybe<boolean>;
}

export interface ServicePortSpec {
  readonly name?: Maybe<string>;
  readonly protocol?: Maybe<string>;
  readonly port: number;
  readonly targetPort?: Maybe<number | string>;
  readonly nodePort?: Maybe<number>;
}

export interface LoadBalancerIngress {
  readonly ip?: Maybe<string>;
  readonly hostname?: Maybe<string>;
  readonly ipMode?: Maybe<string>;
}

/** `discovery.k8s.io/v1` EndpointSlice. */
export interface EndpointSliceObject {
  readonly metadata: ObjectMeta;
  readonly addressType: string;
  readonly endpoints?: Maybe<readonly EndpointSpec[]>;
  readonly ports?: Maybe<readonly EndpointPortSpec[]>;
}

export interface EndpointSpec {
  readonly addresses: readonly string[];
  readonly conditions?: Maybe<{
    readonly ready?: Maybe<boolean>;
    readonly serving?: Maybe<boolean>;
    readonly terminating?: Maybe<boolean>;
  }>;
  readonly nodeName?: Maybe<string>;
  readonly zone?: Maybe<string>;
  readonly hints?: Maybe<{
    readonly forZones?: Maybe<readonly { readonly name: string }[]>;
    readonly forNodes?: Maybe<readonly { readonly name: string }[]>;
  }>;
}

export interface EndpointPortSpec {
  readonly name?: Maybe<string>;
  readonly protocol?: Maybe<string>;
  readonly port?: Maybe<number>;
}

/** `v1` Node. */
export interface NodeObject {
  readonly metadata: ObjectMeta;
  readonly spec?: Maybe<{ readonly podCIDR?: Maybe<string>; readonly podCIDRs?: Maybe<readonly string[]> }>;
  readonly status?: Maybe<{
    readonly addresses?: Maybe<readonly { readonly type: string; readonly address: string }[]>;
    readonly capacity?: Maybe<Readonly<Record<string, string | number>>>;
  }>;
}

/** `v1` Endpoints, which Services had before EndpointSlices. */
export interface EndpointsObject {
  readonly metadata: ObjectMeta;
  readonly subsets?: Maybe<readonly EndpointSubset[]>;
}

export interface EndpointSubset {
  readonly addresses?: Maybe<readonly EndpointAddress[]>;
  readonly notReadyAddresses?: Maybe<readonly EndpointAddress[]>;
  readonly ports?: Maybe<readonly EndpointPortSpec[]>;
}

export interface EndpointAddress {
  readonly ip: string;
  readonly nodeName?: Maybe<string>;
}
