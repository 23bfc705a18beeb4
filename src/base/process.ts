/** Other processes of this machine. */

/** Does a process of this number run? One of somebody else's may not be signalled, but it lives. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
