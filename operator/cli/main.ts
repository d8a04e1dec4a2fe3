// The command line's process.
import { completeWord } from "./completion.ts";
import { isCompleter } from "./plugin.ts";
import { sparkflow } from "./program.ts";

// A reader that has seen enough (`| head`) closes the pipe: that is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const words = isCompleter() ? [completeWord, ...process.argv.slice(2)] : process.argv.slice(2);
await sparkflow(words);
// A shell waits for the end of who it asked, also when a cluster that was asked in turn doesn't answer.
if (words[0] === completeWord) process.exit();
