/* err.c: the one sentence of an error, without control bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool as_fail(as_err *err, as_exit code, const char *format, ...)
{
    if (!err)
        return false;
    char text[sizeof err->text]; /* err->text may itself be among the arguments */
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    memcpy(err->text, text, strlen(text) + 1);
    err->code = code;
    for (char *c = err->text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = ' ';
    return false;
}

bool as_fail_memory(as_err *err)
{
    return as_fail(err, AS_EXIT_ENVIRONMENT, "out of memory: close other programs or choose a smaller sweep");
}
