/* file.h: whole files in, whole files out; nobody ever sees half of one.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_BASE_FILE_H
#define AS_BASE_FILE_H

#include "err.h"
#include "text.h"

/* Reads all of `path` (at most `limit` bytes, else an error). */
bool as_file_read(const char *path, size_t limit, as_text *out, as_err *err);

/* Writes to a temporary neighbour and renames it over `path`. */
bool as_file_write(const char *path, const char *data, size_t length, as_err *err);

/* Creates `path` and its parents. */
bool as_dir_create(const char *path, as_err *err);

bool as_file_exists(const char *path);
bool as_dir_has(const char *dir, const char *file);

/* Writes all of `data` to `fd`, one write(2) where the system allows. */
bool as_fd_write(int fd, const char *data, size_t length);

/* The path of this program; false when the system does not tell or it does not fit. */
bool as_self_path(char *out, size_t cap);

/* Where the program's own files (plots/, configs/) lie: $ATTNSCOPE_HOME, the folder above the build tree, or
 * ../share/attnscope beside an installed program. Into a caller's buffer; false when the path does not fit or exist. */
bool as_home_path(char *out, size_t cap, const char *relative);

#endif
