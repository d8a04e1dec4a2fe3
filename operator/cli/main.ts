// The command line's process.
import { sparkflow } from "./program.ts";

// A reader that has seen enough (`| head`) closes the pipe: that is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

await sparkflow(process.argv.slice(2));
