/** How many decimals kube-proxy writes a probability with: 10 today, 5 in the generation of 1.12. */
export type ProbabilityDigits = 5 | 10;

/**
 * The text of the probability with which one of `n` endpoints that are left is picked. With five decimals it is off by
 * up to 5e-6, which is more than a share beyond some 319 endpoints.
 */
export function probabilityText(n: number, digits: ProbabilityDigits): string {
  return (1 / n).toFixed(digits);
}

/** What the kernel keeps of a probability: a number of 31 bits that a random number must not exceed. */
function probabilityBits(text: string): number {
  return Math.round(Number(text) * 0x8000_0000);
}

/** How `iptables-save` prints what the kernel kept. */
export function savedProbability(text: string): string {
  return (probabilityBits(text) / 0x8000_0000).toFixed(11);
}

/**
 * The share of each of `n` endpoints under the cascade of rules: rule i takes its probability of what the earlier ones
 * left over. Sums to 1.
 */
export function cascadeShares(n: number, digits: ProbabilityDigits): Float64Array {
  const shares = new Float64Array(n);
  let left = 1;
  for (let i = 0; i < n; i++) {
    const taken = i === n - 1 ? 1 : probabilityBits(probabilityText(n - i, digits)) / 0x8000_0000;
    shares[i] = left * taken;
    left *= 1 - taken;
  }
  return shares;
}
