declare module "fs-native-extensions" {
  /**
   * Locks a part of an open file, to its end where `length` is 0: byte-range locks of the open file on Linux, flock on macOS,
   * which knows whole files alone, LockFileEx on Windows.
   *
   * @returns false where another open file holds a lock there
   * @throws the operating system's error where it can hold none
   */
  export function tryLock(fd: number, offset?: number, length?: number): boolean;
}
