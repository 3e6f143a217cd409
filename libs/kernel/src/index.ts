export * from './assert';
export * from './cause';
export * from './clock';
export * from './hash';
export * from './ids';
export * from './money';
export * from './refusal';
export * from './time';
