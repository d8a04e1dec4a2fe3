// The test cluster from the command line: `node test/cluster/cluster.ts --help`.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { binaries } from "./build.ts";
import { stopCluster } from "./down.ts";
import { startLight, stopLight } from "./light.ts";
import { ensurePackages, imagePackages, nodePackages } from "./packages.ts";
import { startCluster } from "./up.ts";

const say = (line: string) => console.error(line);
const program = new Command("cluster").description("A real Kubernetes on this machine, for tests.");

type Up = { light?: boolean; scheduler?: boolean; dir?: string };

program
  .command("up [archives...]")
  .description(
    "start the cluster, or heal the one that is there, and import OCI archives; prints its kubeconfig's path",
  )
  .option("--light", "etcd, API server and controller-manager only, on free ports; any number side by side")
  .option("--scheduler", "with --light: the scheduler as well")
  .option("--dir <folder>", "with --light: where its state is (default: a new temporary folder)")
  .action(async (archives: string[], options: Up) => {
    const started = Date.now();
    const dir = resolve(options.dir ?? (options.light ? mkdtempSync(join(tmpdir(), "sparkflow-light-")) : "."));
    if (!options.light) await ensurePackages([...nodePackages, ...imagePackages], say);
    const { bin, kubeconfig } = options.light
      ? await startLight({ dir, scheduler: options.scheduler ?? false, lifetime: "detached", log: say })
      : await startCluster({ images: archives, log: say });
    say(`ready after ${((Date.now() - started) / 1000).toFixed(1)} s; kubectl and helm are in ${bin}`);
    say(`end it with: node test/cluster/cluster.ts down${options.light ? ` --dir ${dir}` : ""}`);
    console.log(kubeconfig);
  });

program
  .command("down")
  .description("end the cluster and leave the machine as it was")
  .option("--dir <folder>", "the light cluster of that folder")
  .action(({ dir }: { dir?: string }) => (dir === undefined ? stopCluster() : stopLight(resolve(dir))));

program
  .command("build")
  .description(
    "install the packages and build the programs, for the cluster and for images; prints the programs' folder",
  )
  .action(async () => {
    await ensurePackages([...nodePackages, ...imagePackages], say);
    console.log(await binaries(say));
  });

try {
  await program.parseAsync();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
