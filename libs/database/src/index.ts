export * from './tx';
