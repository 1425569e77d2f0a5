/* refuse.h: refusals that mechanisms share. SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_REFUSE_H
#define AS_REFUSE_H

#include <stdarg.h>
#include <stdio.h>

#include "../api/kernel.h"
#include "../pattern/pattern.h"

/* Writes the reason; true, as `refuse` of a kernel answers. */
__attribute__((format(printf, 3, 4))) static inline bool as_refuse(char *why, size_t cap, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(why, cap, format, args);
    va_end(args);
    return true;
}

static inline bool as_refuse_but_causal(const as_problem *p, char *why, size_t cap)
{
    const unsigned wanted = AS_PATTERN_CAUSAL | AS_PATTERN_DENSE;
    if ((as_pattern_traits(p->pattern) & wanted) == wanted)
        return false;
    return as_refuse(why, cap, "takes the pattern causal only: which keys count is its own matter");
}

static inline bool as_refuse_but_f32(const as_problem *p, char *why, size_t cap)
{
    if (p->dtype == AS_F32)
        return false;
    return as_refuse(why, cap, "takes f32 only");
}

static inline bool as_refuse_more_than(uint64_t value, const char *what, uint64_t most, const char *of, char *why,
                                       size_t cap)
{
    if (value >= 1 && value <= most)
        return false;
    return as_refuse(why, cap, "%s is %llu: it must be 1 or more and at most %s, %llu", what, (unsigned long long)value,
                     of, (unsigned long long)most);
}

#endif
