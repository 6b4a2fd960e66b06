/*
 * Fails, cuts or kills at chosen file operations of a program, without changing it: loaded by LD_PRELOAD.
 *
 *   FAULT_FOLDER  operations on files below it are counted, from 1
 *   FAULT_AT      the first that is disturbed; 0 disturbs none
 *   FAULT_COUNT   how many from there on; -1 all
 *   FAULT_ERRNO   what they fail with; 0 kills the process there
 *   FAULT_SHORT   when set, half of a write is done before
 *   FAULT_LOG     each operation is written there: its number, name and file
 *   CLOCK_JUMP    seconds by which the clock on the wall jumps
 *   CLOCK_AFTER   milliseconds after the start of the program at which it does
 *
 * Counted are the operations that change something: writes, syncs, truncations, renames, removals, new folders, and
 * opening for writing. SQLite's go through the same functions.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static const char *folder;
static const char *log_path;
static long first, count, error_number;
static int is_short, is_ready;
static long jump_seconds, jump_after;
static struct timespec started;
static atomic_long operations;

static long number_of(const char *name, long otherwise) {
  const char *text = getenv(name);
  return text == NULL ? otherwise : atol(text);
}

__attribute__((constructor)) static void prepare(void) {
  folder = getenv("FAULT_FOLDER");
  log_path = getenv("FAULT_LOG");
  first = number_of("FAULT_AT", 0);
  count = number_of("FAULT_COUNT", 1);
  error_number = number_of("FAULT_ERRNO", EIO);
  is_short = getenv("FAULT_SHORT") != NULL;
  jump_seconds = number_of("CLOCK_JUMP", 0);
  jump_after = number_of("CLOCK_AFTER", 0);
  if (jump_seconds != 0) clock_gettime(CLOCK_MONOTONIC, &started);
  is_ready = 1;
}

/* The function behind ours. */
#define REAL(type, name, ...) \
  static type (*real)(__VA_ARGS__); \
  if (real == NULL) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

static void note(long number, const char *name, const char *path) {
  char line[PATH_MAX + 64];
  int length = snprintf(line, sizeof line, "%ld %s %s\n", number, name, path);
  int (*real_open)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
  ssize_t (*real_write)(int, const void *, size_t) = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  int file = real_open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (file < 0) return;
  if (real_write(file, line, (size_t)length) < 0) errno = 0;
  close(file);
}

/* Counts one operation; true when it is to be disturbed. */
static int is_hit(const char *name, const char *path) {
  if (!is_ready || folder == NULL || path == NULL || strncmp(path, folder, strlen(folder)) != 0) return 0;
  if (log_path != NULL && strcmp(path, log_path) == 0) return 0;
  int saved = errno;
  long number = ++operations;
  if (log_path != NULL) note(number, name, path);
  errno = saved;
  return first > 0 && number >= first && (count < 0 || number < first + count);
}

static int is_hit_file(const char *name, int file) {
  char link[64], path[PATH_MAX];
  if (!is_ready || file <= 2) return 0;
  int saved = errno;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  errno = saved;
  if (length < 0) return 0;
  path[length] = 0;
  return is_hit(name, path);
}

/* What becomes of a disturbed operation that has no half. */
static int fail(void) {
  if (error_number == 0) die();
  errno = (int)error_number;
  return -1;
}

ssize_t write(int file, const void *bytes, size_t size) {
  REAL(ssize_t, "write", int, const void *, size_t);
  if (!is_hit_file("write", file)) return real(file, bytes, size);
  if (is_short && size > 1) {
    ssize_t done = real(file, bytes, size / 2);
    if (error_number != 0) return done;
  }
  return fail();
}

static ssize_t write_at(ssize_t (*real)(int, const void *, size_t, off_t), int file, const void *bytes, size_t size,
                        off_t offset) {
  if (!is_hit_file("write", file)) return real(file, bytes, size, offset);
  if (is_short && size > 1) {
    ssize_t done = real(file, bytes, size / 2, offset);
    if (error_number != 0) return done;
  }
  return fail();
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset) {
  REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
  return write_at(real, file, bytes, size, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset) {
  REAL(ssize_t, "pwrite64", int, const void *, size_t, off_t);
  return write_at(real, file, bytes, size, offset);
}

ssize_t writev(int file, const struct iovec *pieces, int number) {
  REAL(ssize_t, "writev", int, const struct iovec *, int);
  return is_hit_file("write", file) ? fail() : real(file, pieces, number);
}

int fsync(int file) {
  REAL(int, "fsync", int);
  return is_hit_file("sync", file) ? fail() : real(file);
}

int fdatasync(int file) {
  REAL(int, "fdatasync", int);
  return is_hit_file("sync", file) ? fail() : real(file);
}

int ftruncate64(int file, off64_t size) {
  REAL(int, "ftruncate64", int, off64_t);
  return is_hit_file("truncate", file) ? fail() : real(file, size);
}

int rename(const char *from, const char *to) {
  REAL(int, "rename", const char *, const char *);
  return is_hit("rename", to) ? fail() : real(from, to);
}

int unlink(const char *path) {
  REAL(int, "unlink", const char *);
  return is_hit("unlink", path) ? fail() : real(path);
}

int mkdir(const char *path, mode_t mode) {
  REAL(int, "mkdir", const char *, mode_t);
  return is_hit("mkdir", path) ? fail() : real(path, mode);
}

static int open_file(const char *name, const char *path, int flags, mode_t mode) {
  int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, name);
  if ((flags & (O_CREAT | O_WRONLY | O_RDWR)) != 0 && is_hit("open", path)) return fail();
  return real(path, flags, mode);
}

static mode_t mode_of(int flags, va_list rest) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? (mode_t)va_arg(rest, int) : 0;
}

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return open_file("open", path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return open_file("open64", path, flags, mode);
}

/* By how much the clock on the wall is wrong now. */
static long jump_now(void) {
  if (!is_ready || jump_seconds == 0) return 0;
  REAL(int, "clock_gettime", clockid_t, struct timespec *);
  struct timespec now;
  real(CLOCK_MONOTONIC, &now);
  long milliseconds = (now.tv_sec - started.tv_sec) * 1000 + (now.tv_nsec - started.tv_nsec) / 1000000;
  return milliseconds >= jump_after ? jump_seconds : 0;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  REAL(int, "clock_gettime", clockid_t, struct timespec *);
  int result = real(clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += jump_now();
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  REAL(int, "gettimeofday", struct timeval *restrict, void *restrict);
  int result = real(time, zone);
  if (result == 0) time->tv_sec += jump_now();
  return result;
}
