#!/usr/bin/env python3
"""Lets the system refuse the n-th thread or process that a run starts.

    failing_threads.py PROGRAM [MOST] [SEED] [--means preload|strace]

For n from 1 to MOST (0, the default: as many as an undisturbed run starts) the n-th start fails with EAGAIN, once it
alone, once it and all after it; each in memory and in buckets. Two means: `preload` (where there is a C compiler) puts
itself before pthread_create, posix_spawn and fork and counts over all threads of the process; `strace` makes the n-th
clone of each thread fail, and every start below the C library with it. The default is preload, else strace.
What must hold: no hang (60 seconds), no panic told; exit 3 with exactly one Chinese error and its cure and nothing published,
or exit 0 with, to the byte, the result of an undisturbed run.
"""

import os
import shutil
import subprocess

import common
from common import QUARTER

SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_int started;
static pid_t counted;

/* Counts a start; tells whether it must fail. Children that read files count for themselves, and are let be. */
static int fails(void) {
    const char *at = getenv("CAMPAIGN_AT"), *from = getenv("CAMPAIGN_FROM"), *told = getenv("CAMPAIGN_TOLD");
    int number = atomic_fetch_add(&started, 1) + 1;
    if (told) {
        int file = open(told, O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (file >= 0) { (void)!write(file, ".", 1); close(file); }
    }
    return (at && number == atoi(at)) || (from && number >= atoi(from));
}
int pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*f)(void *), void *x) {
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) = dlsym(RTLD_NEXT, "pthread_create");
    return fails() ? EAGAIN : real(t, a, f, x);
}
int posix_spawn(pid_t *p, const char *n, const posix_spawn_file_actions_t *fa, const posix_spawnattr_t *at,
                char *const argv[], char *const env[]) {
    int (*real)(pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const[],
                char *const[]) = dlsym(RTLD_NEXT, "posix_spawn");
    return fails() ? EAGAIN : real(p, n, fa, at, argv, env);
}
int posix_spawnp(pid_t *p, const char *n, const posix_spawn_file_actions_t *fa, const posix_spawnattr_t *at,
                 char *const argv[], char *const env[]) {
    int (*real)(pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const[],
                char *const[]) = dlsym(RTLD_NEXT, "posix_spawnp");
    return fails() ? EAGAIN : real(p, n, fa, at, argv, env);
}
pid_t fork(void) {
    pid_t (*real)(void) = dlsym(RTLD_NEXT, "fork");
    if (fails()) { errno = EAGAIN; return -1; }
    return real();
}
"""


def compiled(place):
    """The library that counts; None without a compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        return None
    source, library = place.folder / "starts.c", place.folder / "starts.so"
    source.write_text(SOURCE.replace("static pid_t counted;\n", ""))
    made = subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl", "-lpthread"],
                          capture_output=True, text=True, check=False)
    common.must(made.returncode == 0, made.stderr)
    return library


def main():
    def more(parser):
        parser.add_argument("--means", choices=["preload", "strace"], help="how starts are made to fail")
        parser.add_argument("--threads", type=int, default=4, help="--threads of the runs (default 4)")
    given = common.arguments(__doc__, 0, "starts (0: as many as there are)", more)
    tally = common.Tally("no hang, one message and exit 3, or the right result")
    with common.Workplace(given) as place:
        library = None if given.means == "strace" else compiled(place)
        means = "preload" if library else "strace"
        common.must(library or shutil.which("strace"), "neither a C compiler nor strace")
        # Lists as they are delivered: some are read by children.
        lists = place.synth("lists", given.persons, given.seed) / QUARTER
        # In parts, so that threads have something to do.
        engines = {"memory": ["--threads", given.threads], "buckets": ["--threads", given.threads, "--memory", "100MB"]}
        _, expected, _ = place.reference(lists, "reference")
        for engine, words in engines.items():
            starts = given.trials
            if not starts:
                starts = 20
                if library:
                    told = place.folder / "told"
                    told.unlink(missing_ok=True)
                    environment = place.environment(LD_PRELOAD=str(library), CAMPAIGN_TOLD=str(told))
                    out = place.fresh("out")
                    ended = place.run(lists, out, *words, environment=environment)
                    common.must(ended.code == 0, ended.tail())
                    starts = told.stat().st_size
                    print(f"{engine}: an undisturbed run starts {starts} threads and processes", flush=True)
            for number in range(1, starts + 1):
                for onward in (False, True):
                    before, environment = (), place.environment()
                    if library:
                        name = "CAMPAIGN_FROM" if onward else "CAMPAIGN_AT"
                        environment = place.environment(LD_PRELOAD=str(library), **{name: str(number)})
                    else:
                        which = f"clone,clone3,fork,vfork:error=EAGAIN:when={number}{'+' if onward else ''}"
                        before = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=clone,clone3,fork,vfork", "-e",
                                  f"inject={which}", "-o", os.devnull]
                    out = place.fresh("out")
                    ended = place.run(lists, out, *words, environment=environment, before=before, limit=60)
                    judge(place, tally, ended, out, expected, f"{means}, {engine}, {number}{' and after' if onward else ''}")
    tally.end()


def judge(place, tally, ended, out, expected, told):
    now = common.current(out)
    what = told.split(",")[1].strip()
    if ended.hung:
        tally.fault("hangs", f"{told} {place.processes()}")
        for process in place.processes():
            os.kill(process, 9)
    elif ended.code == 0:
        if common.contents(now) == expected:
            tally.count(f"{what}: published, the right result")
        else:
            tally.fault("another result", told)
    elif ended.code != 3 or not ended.clear():
        tally.fault("no clear message, or another code", f"{told}: {ended.tail()}")
    elif now:
        tally.fault("published, and yet refused", f"{told}: {ended.tail()}")
    elif common.leftovers(out):
        tally.fault("left lying", f"{told}: {common.leftovers(out)}")
    else:
        tally.count(f"{what}: refused (3): {ended.message}")


if __name__ == "__main__":
    main()
