export { Coverage } from './coverage.ts';
export { type Judged, type JudgeOptions, judge, type Recording } from './judge.ts';
export { DEBIAN_PACKAGES, lacking, lackingForOwn } from './needs.ts';
export { describeDifferent, judgeInWords } from './report.ts';
export { generate } from './run.ts';
export { type ShrinkOptions, shrink } from './shrink.ts';
