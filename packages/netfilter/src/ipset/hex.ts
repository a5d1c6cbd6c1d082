/** `0x0000002a`: how marks, masks and initval are printed. */
export function hex8(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
