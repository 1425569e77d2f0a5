/* file.c: reads and writes whole files, and finds the files of the program.
 * SPDX-License-Identifier: Apache-2.0 */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path.h"

bool as_file_read(const char *path, size_t limit, as_text *out, as_err *err)
{
    FILE *f = fopen(path, "rbe");
    if (!f)
        return as_fail(err, AS_EXIT_USAGE, "%s: %s", path, strerror(errno));
    char chunk[1 << 16];
    size_t got;
    bool ok = true;
    while (ok && (got = fread(chunk, 1, sizeof chunk, f)) > 0) {
        as_text_append(out, chunk, got);
        if (out->length > limit)
            ok = as_fail(err, AS_EXIT_USAGE, "%s: larger than %zu bytes, which nothing of this kind should be", path,
                         limit);
    }
    if (ok && ferror(f))
        ok = as_fail(err, AS_EXIT_USAGE, "%s: %s", path, strerror(errno));
    fclose(f);
    if (ok)
        as_text_append(out, "", 0);
    return ok;
}

bool as_fd_write(int fd, const char *data, size_t length)
{
    while (length) {
        ssize_t n = write(fd, data, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        data += n;
        length -= (size_t)n;
    }
    return true;
}

bool as_file_write(const char *path, const char *data, size_t length, as_err *err)
{
    char *temporary = NULL;
    int fd = -1;
    bool ok = false;
    if (asprintf(&temporary, "%s.%ld.tmp", path, (long)getpid()) < 0)
        return as_fail_memory(err);
    fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        as_fail(err, AS_EXIT_ENVIRONMENT, "%s: cannot write: %s", path, strerror(errno));
        goto done;
    }
    ok = as_fd_write(fd, data, length);
    if (close(fd) != 0)
        ok = false;
    ok = ok && rename(temporary, path) == 0;
    if (!ok) {
        as_fail(err, AS_EXIT_ENVIRONMENT, "%s: cannot write: %s", path, strerror(errno));
        unlink(temporary);
    }
done:
    free(temporary);
    return ok;
}

bool as_dir_create(const char *path, as_err *err)
{
    char part[PATH_MAX];
    size_t length = strlen(path);
    if (!length || length >= sizeof part)
        return as_fail(err, AS_EXIT_USAGE, "not a folder's path: '%.60s'", path);
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != 0)
            continue;
        memcpy(part, path, i);
        part[i] = 0;
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return as_fail(err, AS_EXIT_ENVIRONMENT, "%s: cannot create folder: %s", part, strerror(errno));
    }
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return as_fail(err, AS_EXIT_ENVIRONMENT, "%s: is not a folder", path);
    return true;
}

bool as_file_exists(const char *path) { return access(path, F_OK) == 0; }

bool as_dir_has(const char *dir, const char *file) { return as_file_exists(as_path_join(dir, "%s", file).text); }

static bool try_home(char *out, size_t cap, const char *root, const char *between, const char *relative)
{
    int n = snprintf(out, cap, "%s%s/%s", root, between, relative);
    return n > 0 && (size_t)n < cap && as_file_exists(out);
}

bool as_self_path(char *out, size_t cap)
{
    const ssize_t n = readlink("/proc/self/exe", out, cap - 1);
    if (n <= 0 || (size_t)n == cap - 1)
        return false;
    out[n] = 0;
    return true;
}

bool as_home_path(char *out, size_t cap, const char *relative)
{
    const char *home = getenv("ATTNSCOPE_HOME");
    if (home && *home)
        return try_home(out, cap, home, "", relative);
    char self[PATH_MAX];
    if (!as_self_path(self, sizeof self))
        return false;
    char *slash = strrchr(self, '/');
    if (!slash)
        return false;
    *slash = 0;
    return try_home(out, cap, self, "/../share/attnscope", relative) || try_home(out, cap, self, "/..", relative) ||
           try_home(out, cap, self, "/../..", relative);
}
