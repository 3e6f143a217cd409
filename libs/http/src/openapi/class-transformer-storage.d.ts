/** class-transformer keeps what @Type said here and ships the types of this module elsewhere. */
declare module 'class-transformer/cjs/storage' {
  export { defaultMetadataStorage } from 'class-transformer/types/storage';
}
