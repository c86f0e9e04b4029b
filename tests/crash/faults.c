/* Preloaded into one command: counts each call that changes a file below a folder, and at the n-th
 * one kills the process, or lets the call fail. Beside that it keeps what a power cut would leave:
 * the content of each file as of its last fsync, the names in each folder as of that folder's.
 *
 *   FAULT_BELOW  the folder          FAULT_AT   n, from 1 on; 0 for none
 *   FAULT_HOW    kill, short, or the number of an error (28 is a full disk)
 *   FAULT_LOG    a file that gets a line for each call counted: its name
 *   FAULT_KEPT   a folder for what is durable: INODE.file, and INODE.names with "INODE kind name"
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

static int below(const char *path) {
    const char *top = getenv("FAULT_BELOW");
    return top && path && strncmp(path, top, strlen(top)) == 0 && (path[strlen(top)] == '/' || !path[strlen(top)]);
}

static int path_below(int folder, const char *path) {
    char joined[PATH_MAX * 2], base[PATH_MAX], link[64];
    if (path[0] == '/') return below(path);
    if (folder == AT_FDCWD) strcpy(link, "/proc/self/cwd");
    else snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t n = readlink(link, base, sizeof base - 1);
    if (n < 0) return 0;
    base[n] = 0;
    snprintf(joined, sizeof joined, "%s/%s", base, path);
    return below(joined);
}

static int descriptor_below(int descriptor) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    return below(path);
}

/* 0: go on. 1: the call fails, errno is set. 2: the call does half of it. */
static int fault(const char *call) {
    static int log = -2;
    static unsigned long seen;
    char line[64];
    const char *how = getenv("FAULT_HOW"), *at = getenv("FAULT_AT"), *path = getenv("FAULT_LOG");
    if (log == -2) log = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (log >= 0) syscall(SYS_write, log, line, snprintf(line, sizeof line, "%s\n", call));
    unsigned long number = __sync_add_and_fetch(&seen, 1);
    if (!at || number != strtoul(at, NULL, 10)) return 0;
    if (!strcmp(how, "kill")) kill(getpid(), SIGKILL);
    if (!strcmp(how, "short")) return 2;
    errno = atoi(how);
    return 1;
}

/* A file or folder that was made keeps its number while the process lives: it is never closed. */
static void keep_number(int folder, const char *path) {
    syscall(SYS_openat, folder, path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
}

static int kept(int descriptor, const char *kind) {
    char path[PATH_MAX];
    struct stat about;
    const char *folder = getenv("FAULT_KEPT");
    if (!folder || fstat(descriptor, &about)) return -1;
    snprintf(path, sizeof path, "%s/%lu.%s", folder, (unsigned long)about.st_ino, kind);
    return (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static void keep_file(int descriptor) {
    char link[64], block[65536];
    ssize_t n;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    int to = kept(descriptor, "file"), from = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC);
    while (to >= 0 && from >= 0 && (n = syscall(SYS_read, from, block, sizeof block)) > 0)
        syscall(SYS_write, to, block, n);
    close(from);
    close(to);
}

static void keep_names(int descriptor) {
    char line[NAME_MAX + 64], link[64];
    struct dirent *each;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    DIR *folder = opendir(link);
    int to = kept(descriptor, "names");
    while (folder && to >= 0 && (each = readdir(folder))) {
        if (!strcmp(each->d_name, ".") || !strcmp(each->d_name, "..")) continue;
        int n = snprintf(line, sizeof line, "%lu %s %s\n", (unsigned long)each->d_ino,
                         each->d_type == DT_DIR ? "folder" : "file", each->d_name);
        syscall(SYS_write, to, line, n);
    }
    if (folder) closedir(folder);
    close(to);
}

static void keep(int descriptor) {
    struct stat about;
    if (fstat(descriptor, &about)) return;
    S_ISDIR(about.st_mode) ? keep_names(descriptor) : keep_file(descriptor);
}

static int opened(int folder, const char *path, int flags, mode_t mode) {
    int changes = (flags & (O_CREAT | O_TRUNC)) && path_below(folder, path);
    struct stat before;
    int is_new = changes && fstatat(folder, path, &before, 0) != 0;
    if (changes && (is_new || flags & O_TRUNC) && fault("open") == 1) return -1;
    int made = (int)syscall(SYS_openat, folder, path, flags, mode);
    if (is_new && made >= 0) keep_number(folder, path);
    return made;
}

#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); }
int open(const char *path, int flags, ...) { MODE return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return opened(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE return opened(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE return opened(folder, path, flags | O_LARGEFILE, mode); }

#define WRITTEN(name, call, half)                                    \
    int what = descriptor_below(descriptor) ? fault(#name) : 0;           \
    if (what == 1) return -1;                                        \
    if (what == 2) { half; }                                         \
    return call;

ssize_t write(int descriptor, const void *bytes, size_t size) {
    WRITTEN(write, REAL(write)(descriptor, bytes, size), size = size > 1 ? size / 2 : size)
}
ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t at) {
    WRITTEN(pwrite, REAL(pwrite)(descriptor, bytes, size, at), size = size > 1 ? size / 2 : size)
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off64_t at) {
    WRITTEN(pwrite64, REAL(pwrite64)(descriptor, bytes, size, at), size = size > 1 ? size / 2 : size)
}
ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    WRITTEN(writev, REAL(writev)(descriptor, parts, count), count = count > 1 ? count / 2 : count)
}
int ftruncate(int descriptor, off_t size) { WRITTEN(ftruncate, REAL(ftruncate)(descriptor, size), ) }
int ftruncate64(int descriptor, off64_t size) { WRITTEN(ftruncate64, REAL(ftruncate64)(descriptor, size), ) }
int fsync(int descriptor) {
    int ours = descriptor_below(descriptor);
    if (ours && fault("fsync") == 1) return -1;
    int done = REAL(fsync)(descriptor);
    if (ours) keep(descriptor);
    return done;
}
int fdatasync(int descriptor) {
    int ours = descriptor_below(descriptor);
    if (ours && fault("fdatasync") == 1) return -1;
    int done = REAL(fdatasync)(descriptor);
    if (ours) keep(descriptor);
    return done;
}
int rename(const char *from, const char *to) {
    if (path_below(AT_FDCWD, to) && fault("rename") == 1) return -1;
    return REAL(rename)(from, to);
}
int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    if (path_below(to_folder, to) && fault("renameat") == 1) return -1;
    return REAL(renameat)(from_folder, from, to_folder, to);
}
int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    if (path_below(to_folder, to) && fault("renameat2") == 1) return -1;
    return REAL(renameat2)(from_folder, from, to_folder, to, flags);
}
int unlink(const char *path) {
    if (path_below(AT_FDCWD, path) && fault("unlink") == 1) return -1;
    return REAL(unlink)(path);
}
int unlinkat(int folder, const char *path, int flags) {
    if (path_below(folder, path) && fault("unlinkat") == 1) return -1;
    return REAL(unlinkat)(folder, path, flags);
}
int link(const char *from, const char *to) {
    if (path_below(AT_FDCWD, to) && fault("link") == 1) return -1;
    return REAL(link)(from, to);
}
int rmdir(const char *path) {
    if (path_below(AT_FDCWD, path) && fault("rmdir") == 1) return -1;
    return REAL(rmdir)(path);
}
int mkdir(const char *path, mode_t mode) {
    int ours = path_below(AT_FDCWD, path);
    if (ours && fault("mkdir") == 1) return -1;
    int done = REAL(mkdir)(path, mode);
    if (ours && !done) keep_number(AT_FDCWD, path);
    return done;
}
