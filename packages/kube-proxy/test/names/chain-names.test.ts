import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainHash } from '../../src/names/chain-names.ts';
import { sha256 } from '../../src/names/sha256.ts';

describe('chain names', () => {
  it.each([
    ['ns1/svc1:p80tcp', 'XPGD46QRK7WJZT7O'],
    ['ns2/svc2:p80tcp', 'GNZBNJ2PO5MGZ6GT'],
    ['ns2/svc2:p8080tcp', '2VJB64SDSIJUP5T6'],
    ['ns4/svc4:p8082tcp', 'EBDQOQU5SJFXRIL3'],
    ['default/kubernetes:httpstcp', 'NPX46M4PTMTKRN6Y'],
    ['kube-system/kube-dns:dnsudp', 'TCOU7JCQXEZGVUNU'],
    ['kube-system/kube-dns:dns-tcptcp', 'ERIFXISQEP7F7OF4'],
    ['default/hostnames:httptcp', 'AC2ON6IKLZPGXVMV'],
    ['default/nginxtcp', '2CMXP7HKUVJN7L6M'],
    ['default/nginx:tcp', '4N57TFCL4MD7ZTDA'],
    ['ns1/svc1:p80tcp10.180.0.1:80', 'SXIVWICOYRO3J4NJ'],
    ['ns1/svc1:p80tcp10.0.0.0:80', 'DKGQUZGBKLTPAR56'],
    ['ns3/svc3:p8081tcp203.0.113.4:8081', 'RUVVH7YV3PHQBDOS'],
    ['ns1/svc1tcp', 'AQI2S6QIMU7PVVRP'],
    ['ns1/svc1:p80udp', 'OJWW7NSBVZTDHXNW'],
    ['ns1/svc1:p80sctp', 'GFCIFIA5VTFSTMSM'],
    ['ns1/svc1:p80tcp[fd00:10:180::1]:80', 'OGYCNMB4EMRUSJ6N'],
  ])('hash %s to %s', (hashed, expected) => {
    expect(chainHash(hashed)).toBe(expected);
  });

  it('rest on the SHA-256 of FIPS 180-4, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(Buffer.from(sha256(text)).toString('hex')).toBe(createHash('sha256').update(text, 'utf8').digest('hex'));
      }),
    );
  });
});
