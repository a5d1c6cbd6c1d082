export { Coverage } from './coverage.ts';
export { type Judged, type JudgeOptions, judge, type Recording } from './judge.ts';
export { describeDifferent } from './report.ts';
export { generate } from './run.ts';
export { type ShrinkOptions, shrink } from './shrink.ts';
