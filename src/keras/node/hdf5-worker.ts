import { parentPort, workerData } from "node:worker_threads";
import { withHdf5 } from "../hdf5.ts";
import { askForAll } from "../hdf5-trial.ts";

/** What is wrong with the file is told by whoever reads it next; here it is only whether the reading ends. */
await withHdf5(workerData, askForAll).catch(() => {});
parentPort?.postMessage("done");
