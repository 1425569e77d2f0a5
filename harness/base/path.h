/* path.h: the path of a file in a folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_BASE_PATH_H
#define AS_BASE_PATH_H

#include <limits.h>

/* Longer by one than the system opens: what does not fit is cut, and opening it fails with ENAMETOOLONG. */
typedef struct {
    char text[PATH_MAX + 1];
} as_path;

/* DIR/NAME; the name is formatted: as_path_join(dir, "%s.csv", name). May be used at once, as in
 * as_file_exists(as_path_join(dir, "machine.json").text). */
as_path as_path_join(const char *dir, const char *name, ...) __attribute__((format(printf, 2, 3)));

#endif
