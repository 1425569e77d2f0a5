/* path.c: joins a folder and a formatted name.
 * SPDX-License-Identifier: Apache-2.0 */
#include "path.h"

#include <stdarg.h>
#include <stdio.h>

as_path as_path_join(const char *dir, const char *name, ...)
{
    as_path path;
    va_list args;
    const int n = snprintf(path.text, sizeof path.text, "%s/", dir);
    va_start(args, name);
    if (n > 0 && (size_t)n < sizeof path.text)
        vsnprintf(path.text + n, sizeof path.text - (size_t)n, name, args);
    va_end(args);
    return path;
}
