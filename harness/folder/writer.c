/* writer.c: files replaced by renaming, rows appended with one write(2) each.
 * SPDX-License-Identifier: Apache-2.0 */
#include "writer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../base/file.h"
#include "../base/path.h"

/* The files that are appended to. The first is locked. */
static const as_schema *const appended[] = {&as_sample_schema, &as_counter_schema, &as_phase_schema};
enum { APPENDED = sizeof appended / sizeof *appended };

struct as_folder {
    char *path;
    int ends[APPENDED]; /* of those files; -1 where not open */
};

/* Alone in the folder: two programs that appended to the same files would give one case two sets of process numbers. */
static bool alone(const as_folder *f, as_err *err)
{
    if (flock(f->ends[0], LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return true;
    return as_fail(err, AS_EXIT_USAGE, "%s: another attnscope is writing there: wait for it or choose another --out",
                   f->path);
}

static int open_table(const as_folder *f, const as_schema *schema, int flags, as_err *err)
{
    const as_path path = as_path_join(f->path, "%s", schema->file);
    int fd = open(path.text, O_RDWR | O_APPEND | O_CLOEXEC | flags, 0666);
    if (fd < 0)
        as_fail(err, AS_EXIT_ENVIRONMENT, "%s: cannot write: %s", path.text, strerror(errno));
    return fd;
}

/* One write(2). Where the disk takes only a part, the part is taken back, so that the file ends with a whole row. */
static bool append(const as_folder *f, int fd, const as_schema *schema, const as_text *text, as_err *err)
{
    const off_t before = lseek(fd, 0, SEEK_END);
    ssize_t done;
    do
        done = write(fd, text->data, text->length);
    while (done < 0 && errno == EINTR);
    if (done == (ssize_t)text->length)
        return true;
    const int why = done < 0 ? errno : ENOSPC;
    if (done > 0 && before >= 0 && ftruncate(fd, before) != 0)
        return as_fail(err, AS_EXIT_ENVIRONMENT, "%s/%s: its last row is cut short: %s", f->path, schema->file,
                       strerror(errno));
    return as_fail(err, AS_EXIT_ENVIRONMENT, "%s/%s: cannot write: %s: make room, then go on with --resume %s", f->path,
                   schema->file, strerror(why), f->path);
}

static bool append_header(const as_folder *f, int fd, const as_schema *schema, as_err *err)
{
    as_text row = {0};
    as_table_header(schema, &row);
    bool ok = append(f, fd, schema, &row, err);
    as_text_free(&row);
    return ok;
}

/* A row that a kill has cut short is taken away, so that the next one does not grow onto it; a file without a header
 * gets one. */
static bool mend(const as_folder *f, int fd, const as_schema *schema, as_err *err)
{
    off_t length = lseek(fd, 0, SEEK_END);
    char c = 0;
    while (length > 0 && pread(fd, &c, 1, length - 1) == 1 && c != '\n')
        length--;
    if (length < 0 || ftruncate(fd, length) != 0)
        return as_fail(err, AS_EXIT_ENVIRONMENT, "%s/%s: cannot write: %s", f->path, schema->file, strerror(errno));
    return length > 0 || append_header(f, fd, schema, err);
}

static bool empty_folder(const char *path)
{
    DIR *dir = opendir(path);
    bool empty = true;
    for (const struct dirent *entry; dir && empty && (entry = readdir(dir));)
        empty = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..");
    if (dir)
        closedir(dir);
    return empty;
}

/* As the user named it: new, or there and empty. */
static bool make_named(as_folder *f, const char *out, as_err *err)
{
    struct stat st;
    f->path = strdup(out);
    if (!f->path)
        return as_fail_memory(err);
    for (size_t n = strlen(f->path); n > 1 && f->path[n - 1] == '/'; n--)
        f->path[n - 1] = 0;
    if (stat(f->path, &st) == 0 && !S_ISDIR(st.st_mode))
        return as_fail(err, AS_EXIT_USAGE, "%s: exists and is not a folder: choose another --out", out);
    if (!empty_folder(f->path))
        return as_fail(err, AS_EXIT_USAGE, "%s: exists and is not empty: choose another --out, or --resume it", out);
    return as_dir_create(f->path, err);
}

/* results/<name>-<UTC time>, with a number behind it when two runs start in the same second. */
static bool make_dated(as_folder *f, const char *name, as_err *err)
{
    char when[32], tail[16] = "";
    const time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", &utc);
    if (!as_dir_create("results", err))
        return false;
    for (int i = 2; i < 1000; i++) {
        free(f->path);
        if (asprintf(&f->path, "results/%s-%s%s", name, when, tail) < 0) {
            f->path = NULL;
            return as_fail_memory(err);
        }
        if (mkdir(f->path, 0777) == 0)
            return true;
        if (errno != EEXIST)
            break;
        snprintf(tail, sizeof tail, "-%d", i);
    }
    return as_fail(err, AS_EXIT_ENVIRONMENT, "%s: cannot create folder: %s", f->path, strerror(errno));
}

static as_folder *fresh(as_err *err)
{
    as_folder *f = calloc(1, sizeof *f);
    if (!f)
        as_fail_memory(err);
    else
        for (size_t i = 0; i < APPENDED; i++)
            f->ends[i] = -1;
    return f;
}

static bool open_tables(as_folder *f, int flags, as_err *err)
{
    for (size_t i = 0; i < APPENDED; i++)
        if ((f->ends[i] = open_table(f, appended[i], flags, err)) < 0)
            return false;
    return alone(f, err);
}

static bool each_table(const as_folder *f,
                       bool (*act)(const as_folder *f, int fd, const as_schema *schema, as_err *err), as_err *err)
{
    for (size_t i = 0; i < APPENDED; i++)
        if (!act(f, f->ends[i], appended[i], err))
            return false;
    return true;
}

as_folder *as_folder_create(const char *out, const char *name, const char *config_text, as_err *err)
{
    as_folder *f = fresh(err);
    if (!f)
        return NULL;
    bool ok = (out ? make_named(f, out, err) : make_dated(f, name, err)) && open_tables(f, O_CREAT | O_EXCL, err) &&
              each_table(f, append_header, err) &&
              as_folder_file(f, "config.yaml", config_text, strlen(config_text), err);
    if (ok)
        return f;
    as_folder_free(f);
    return NULL;
}

as_folder *as_folder_resume(const char *path, as_err *err)
{
    as_folder *f = fresh(err);
    if (!f)
        return NULL;
    f->path = strdup(path);
    for (size_t n = f->path ? strlen(f->path) : 0; n > 1 && f->path[n - 1] == '/'; n--)
        f->path[n - 1] = 0;
    bool ok = f->path || as_fail_memory(err);
    if (ok && !as_dir_has(path, "config.yaml"))
        ok = as_fail(err, AS_EXIT_USAGE, "%s: not a result folder (no config.yaml in it): nothing to go on with", path);
    ok = ok && open_tables(f, O_CREAT, err) && each_table(f, mend, err);
    if (ok)
        return f;
    as_folder_free(f);
    return NULL;
}

void as_folder_free(as_folder *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < APPENDED; i++)
        if (f->ends[i] >= 0)
            close(f->ends[i]);
    free(f->path);
    free(f);
}

const char *as_folder_path(const as_folder *f) { return f->path; }

bool as_folder_record(as_folder *f, const as_schema *schema, const void *record, as_err *err)
{
    as_text row = {0};
    size_t at = 0;
    while (appended[at] != schema)
        at++;
    as_table_row(schema, record, &row);
    const bool ok = append(f, f->ends[at], schema, &row, err);
    as_text_free(&row);
    return ok;
}

bool as_folder_file(as_folder *f, const char *name, const char *text, size_t length, as_err *err)
{
    return as_file_write(as_path_join(f->path, "%s", name).text, text, length, err);
}
