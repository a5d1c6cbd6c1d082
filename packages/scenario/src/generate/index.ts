export { FEATURES, type Feature, type Plan } from './plan.ts';
export { arbScenario, type GeneratedScenario } from './scenario.ts';
