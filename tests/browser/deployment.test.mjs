// The files of a deployment: the units of systemd, cron's file, and the operator's guide compared with the binary's help.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { DRAGONFLY, PROJECT } from "./test_bed.mjs";

const UNITS = join(PROJECT, "config/systemd");
const CRON = readFileSync(join(PROJECT, "config/cron/dragonfly"), "utf8");
const NO_SYSTEMD = spawnSync("systemd-analyze", ["--version"]).error && "systemd-analyze is not installed";

/** The units in a folder of their own, calling a binary that is there; `check` gets their paths. */
function withUnits(check) {
  const folder = mkdtempSync(join(tmpdir(), "dragonfly-units-"));
  try {
    cpSync(UNITS, folder, { recursive: true });
    const paths = readdirSync(folder).map((name) => join(folder, name));
    for (const path of paths) {
      const unit = readFileSync(path, "utf8").replaceAll("/usr/local/bin/dragonfly", DRAGONFLY);
      writeFileSync(path, unit);
    }
    check(paths);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A program's exit code and its output on both streams. */
function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  return { status, text: stdout + stderr };
}

test("systemd accepts every line of the units", { skip: NO_SYSTEMD }, () => {
  withUnits((paths) => {
    const { status, text } = run("systemd-analyze", ["verify", "--man=no", ...paths]);
    const ours = text.split("\n").filter((line) => /dragonfly/.test(line));
    assert.deepEqual(ours, []);
    assert.equal(status, 0, text);
  });
});

test("systemd reports a misspelt line", { skip: NO_SYSTEMD }, () => {
  withUnits((paths) => {
    const service = paths.find((path) => path.endsWith("/dragonfly.service"));
    writeFileSync(service, readFileSync(service, "utf8").replace("ProtectSystem=strict", "ProtectSytem=strict"));
    assert.match(run("systemd-analyze", ["verify", "--man=no", service]).text, /ProtectSytem/);
  });
});

test("the services have an exposure of at most 2.0", { skip: NO_SYSTEMD }, () => {
  withUnits((paths) => {
    for (const path of paths.filter((path) => path.endsWith(".service"))) {
      // Threshold 20 is 2.0 of 10, where 0 is best and an ordinary service has 9.6.
      const { status, text } = run("systemd-analyze", ["security", "--offline=true", "--threshold=20", "--no-pager", path]);
      assert.equal(status, 0, text);
    }
  });
});

test("the timer starts at 03:00", { skip: NO_SYSTEMD }, () => {
  const [, when] = readFileSync(join(UNITS, "dragonfly.timer"), "utf8").match(/^OnCalendar=(.*)$/m);
  assert.match(run("systemd-analyze", ["calendar", when]).text, /Normalized form: \*-\*-\* 03:00:00/);
});

/** The command in cron's file, after the five fields of the time and the user. */
function cronCommand() {
  const lines = CRON.split("\n").filter((line) => line && !line.startsWith("#") && !/^\w+=/.test(line));
  assert.equal(lines.length, 1);
  const [, command] = lines[0].match(/^0 3 \* \* \* dragonfly (\S.*)$/);
  return command;
}

test("cron's file has a line at 03:00 with a user, no percent sign and a final newline", () => {
  assert.ok(CRON.endsWith("\n"));
  assert.ok(!cronCommand().includes("%"), "cron would end the command there");
  execFileSync("/bin/sh", ["-n", "-c", cronCommand()]);
});

test("cron's run logs to a file, and prints what the check finds for the mail", () => {
  const folder = mkdtempSync(join(tmpdir(), "dragonfly-cron-"));
  try {
    const stub = '#!/bin/sh\ncase "$*" in rotate) echo the night >&2 ;; *) echo a problem >&2; exit 1 ;; esac\n';
    writeFileSync(join(folder, "dragonfly"), stub, { mode: 0o755 });
    const command = cronCommand().replaceAll("/var/log/dragonfly", folder);
    const env = { PATH: `${folder}:/usr/bin:/bin` };
    const { stdout, stderr } = spawnSync("/bin/sh", ["-c", command], { encoding: "utf8", env });
    assert.deepEqual({ stdout, stderr }, { stdout: "a problem\n", stderr: "" });
    assert.equal(readFileSync(join(folder, "night.log"), "utf8"), "the night\na problem\n");
    const rotated = readFileSync(join(PROJECT, "config/cron/logrotate"), "utf8");
    assert.ok(rotated.includes(CRON.match(/>>(\S+)/)[1]), "logrotate rotates the same file");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const helpOf = (...command) => execFileSync(DRAGONFLY, [...command, "--help"], { encoding: "utf8" });
const commands = () => [...helpOf().matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name]) => name).filter((name) => name !== "help");

test("cron and the units call commands that the binary has", () => {
  const units = readdirSync(UNITS).map((name) => readFileSync(join(UNITS, name), "utf8"));
  const started = units.flatMap((unit) => unit.match(/^ExecStart=.*$/gm) ?? []);
  const calls = [...started, cronCommand()].flatMap((line) => [...line.matchAll(/dragonfly(?: --quiet)? ([a-z]+)/g)]);
  const called = [...new Set(calls.map(([, command]) => command))].sort();
  assert.deepEqual(called, ["health", "rotate", "serve"]);
  for (const command of called) assert.ok(commands().includes(command), `the binary has no ${command}`);
});

test("every command and flag is in the operator's guide", () => {
  const guide = readFileSync(join(PROJECT, "docs/operating.md"), "utf8");
  assert.ok(commands().length >= 5);
  for (const command of commands()) {
    assert.ok(guide.includes(`\`dragonfly ${command}`), `docs/operating.md names \`dragonfly ${command}\``);
    const flags = [...helpOf(command).matchAll(/(?<=^\s+(?:-\w, )?)--[a-z-]+/gm)].map(([flag]) => flag);
    assert.ok(flags.includes("--config"));
    for (const flag of flags) {
      if (["--help", "--version"].includes(flag)) continue;
      assert.ok(guide.includes(`\`${flag}`), `docs/operating.md names \`${flag}\` of ${command}`);
    }
  }
});
