import { HostError } from "../../base/errors.ts";
import type { RunTimes, Runtime, Session, Workspace } from "../../runtime/runtime.ts";

/** A runtime whose sessions all note what their nodes take. */
export interface ProfiledRuntime {
  readonly runtime: Runtime;
  /**
   * Ends profiling.
   *
   * @returns the runs of each session that was run and is still there, in the order in which they were loaded
   * @throws {HostError} "engine-failed" where the runtime cannot tell
   */
  profiles(): Promise<readonly (readonly RunTimes[])[]>;
}

/** What is handed this runtime needs to know nothing of profiles: trainers open their sessions as ever. */
export function profiledRuntime(runtime: Runtime): ProfiledRuntime {
  const sessions = new Set<Session>();
  const noting = (workspace: Workspace): Workspace => ({
    load: async (model, options) => {
      const session = await workspace.load(model, { ...options, profile: true });
      sessions.add(session);
      return {
        ...session,
        release: async () => {
          sessions.delete(session);
          await session.release();
        },
      };
    },
    setState: (tensors) => workspace.setState(tensors),
    getState: (names) => workspace.getState(names),
    close: () => workspace.close(),
  });
  return {
    runtime: { name: runtime.name, open: async (options) => noting(await runtime.open(options)) },
    profiles: async () => {
      const profiles: (readonly RunTimes[])[] = [];
      for (const session of sessions) {
        if (!session.profile) throw new HostError("engine-failed", `${runtime.name} tells no times of its nodes.`);
        profiles.push(await session.profile());
      }
      return profiles.filter((runs) => runs.length > 0);
    },
  };
}
