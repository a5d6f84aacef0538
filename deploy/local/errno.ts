/** Whether the operating system said exactly this, such as ENOENT. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
