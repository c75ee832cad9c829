/* A library for LD_PRELOAD: a fault at the Nth change of the file system below a folder, counted over all threads of a
   process and over the processes it starts.

   FAULT_ROOT   folder; changes elsewhere are not counted
   FAULT_OPS    comma-separated names: open, write, fsync, rename, symlink, unlink, mkdir; absent: all of these.
                `read`, the opening of a file for reading, counts only where it is named
   FAULT_PATH   count only changes of paths that contain this text
   FAULT_AT     the number of the change that fails, from 1; 0: none
   FAULT_KIND   kill (SIGKILL of the process), abort (SIGABRT), or a number of errno
   FAULT_STICKY all later changes fail too
   FAULT_STATE  file that holds the count, shared by the processes */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Atomic long *count;
static const char *root, *ops, *wanted_path;
static long fail_at;
static int kind_errno, sticky;

__attribute__((constructor)) static void set_up(void) {
    const char *state = getenv("FAULT_STATE"), *at = getenv("FAULT_AT"), *kind = getenv("FAULT_KIND");
    root = getenv("FAULT_ROOT");
    ops = getenv("FAULT_OPS");
    wanted_path = getenv("FAULT_PATH");
    sticky = getenv("FAULT_STICKY") != NULL;
    fail_at = at ? atol(at) : 0;
    kind_errno = !kind || !strcmp(kind, "kill") ? 0 : !strcmp(kind, "abort") ? -1 : atoi(kind);
    if (!state) return;
    /* Past this library's own open. */
    int fd = syscall(SYS_openat, AT_FDCWD, state, O_RDWR | O_CREAT, 0600);
    if (fd < 0 || ftruncate(fd, sizeof(long)) < 0) return;
    void *shared = mmap(NULL, sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared != MAP_FAILED) count = shared;
}

static int in_list(const char *op) {
    if (!ops) return 1;
    size_t length = strlen(op);
    for (const char *at = ops; (at = strstr(at, op)); at += length)
        if ((at == ops || at[-1] == ',') && (at[length] == 0 || at[length] == ',')) return 1;
    return 0;
}

/* Whether this change fails; sets errno. */
static int fails(const char *op, const char *path) {
    char absolute[8192];
    if (!count || !root || !path) return 0;
    if (path[0] != '/') {
        char folder[4096];
        if (!getcwd(folder, sizeof folder)) return 0;
        snprintf(absolute, sizeof absolute, "%s/%s", folder, path);
        path = absolute;
    }
    if (strncmp(path, root, strlen(root)) || !in_list(op)) return 0;
    if (wanted_path && !strstr(path, wanted_path)) return 0;
    long number = atomic_fetch_add(count, 1) + 1;
    if (fail_at <= 0 || (number != fail_at && !(sticky && number > fail_at))) return 0;
    if (kind_errno <= 0) {
        kill(getpid(), kind_errno ? SIGABRT : SIGKILL);
        for (;;) pause();
    }
    errno = kind_errno;
    return 1;
}

static int fd_fails(const char *op, int fd) {
    char link[64], path[4096];
    if (!count) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return fails(op, path);
}

#define NEXT(name) \
    static __typeof__(&name) next; \
    if (!next) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

int rename(const char *from, const char *to) { NEXT(rename); return fails("rename", to) ? -1 : next(from, to); }
int symlink(const char *target, const char *at) { NEXT(symlink); return fails("symlink", at) ? -1 : next(target, at); }
int unlink(const char *path) { NEXT(unlink); return fails("unlink", path) ? -1 : next(path); }
int rmdir(const char *path) { NEXT(rmdir); return fails("unlink", path) ? -1 : next(path); }
int unlinkat(int folder, const char *path, int flags) {
    NEXT(unlinkat);
    int failed = folder == AT_FDCWD ? fails("unlink", path) : fd_fails("unlink", folder);
    return failed ? -1 : next(folder, path, flags);
}
int mkdir(const char *path, mode_t mode) { NEXT(mkdir); return fails("mkdir", path) ? -1 : next(path, mode); }
int fsync(int fd) { NEXT(fsync); return fd_fails("fsync", fd) ? -1 : next(fd); }
int fdatasync(int fd) { NEXT(fdatasync); return fd_fails("fsync", fd) ? -1 : next(fd); }
int syncfs(int fd) { NEXT(syncfs); return fd_fails("fsync", fd) ? -1 : next(fd); }
int ftruncate64(int fd, off64_t length) { NEXT(ftruncate64); return fd_fails("write", fd) ? -1 : next(fd, length); }
ssize_t write(int fd, const void *bytes, size_t length) {
    NEXT(write);
    return fd > 2 && fd_fails("write", fd) ? -1 : next(fd, bytes, length);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    NEXT(pwrite64);
    return fd_fails("write", fd) ? -1 : next(fd, bytes, length, at);
}
size_t fwrite(const void *bytes, size_t size, size_t items, FILE *file) {
    NEXT(fwrite);
    int fd = fileno(file);
    return fd > 2 && fd_fails("write", fd) ? 0 : next(bytes, size, items, file);
}

/* Opening changes something only where it may create or write. */
#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        NEXT(name); \
        mode_t mode = 0; \
        if (flags & O_CREAT) { \
            va_list rest; \
            va_start(rest, flags); \
            mode = va_arg(rest, mode_t); \
            va_end(rest); \
        } \
        int changes = flags & (O_CREAT | O_WRONLY | O_RDWR); \
        if (changes ? fails("open", path) : ops && fails("read", path)) return -1; \
        return next(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)
#define FOPEN(name) \
    FILE *name(const char *path, const char *mode) { \
        NEXT(name); \
        return strpbrk(mode, "wa+") && fails("open", path) ? NULL : next(path, mode); \
    }
FOPEN(fopen)
FOPEN(fopen64)

