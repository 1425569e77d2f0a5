/* kernel_name.c: reads and writes the parameters behind a kernel's name.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernel_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COUNT_MAX ((uint64_t)1 << 53) /* every whole number up to here is a double, too */

/* A part of a text; at is NULL when nothing is left. */
typedef struct {
    const char *at;
    size_t length;
} piece;

static piece whole(const char *text) { return (piece){text, strlen(text)}; }

/* What stands before the next `mark`, which goes with it. */
static piece cut(piece *rest, char mark)
{
    const char *end = memchr(rest->at, mark, rest->length);
    piece first = {rest->at, end ? (size_t)(end - rest->at) : rest->length};
    *rest = end ? (piece){end + 1, rest->length - first.length - 1} : (piece){NULL, 0};
    return first;
}

/* The parameters of a text: what follows the colon. Nothing at all when there is no colon. */
static piece params_of(const char *text)
{
    const size_t base = as_kernel_base(text);
    return text[base] ? whole(text + base + 1) : (piece){NULL, 0};
}

size_t as_kernel_base(const char *text) { return strcspn(text, ":"); }

size_t as_kernel_param_count(const as_kernel *kernel)
{
    size_t count = 0;
    while (kernel->params && count < AS_KERNEL_PARAMS_MAX && kernel->params[count].key)
        count++;
    return count;
}

void as_kernel_params_usual(const as_kernel *kernel, uint64_t param[AS_KERNEL_PARAMS_MAX])
{
    memset(param, 0, AS_KERNEL_PARAMS_MAX * sizeof *param);
    for (size_t i = 0; i < as_kernel_param_count(kernel); i++)
        param[i] = kernel->params[i].fallback;
}

/* Digits with an optional k, M or G. */
static bool read_count(piece p, uint64_t *out)
{
    uint64_t value = 0, factor = 1;
    const char last = p.length > 1 ? p.at[p.length - 1] : 0;
    factor = last == 'k' ? 1u << 10 : last == 'M' ? 1u << 20 : last == 'G' ? 1u << 30 : 1;
    const size_t digits = p.length - (factor > 1);
    if (!digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        if (p.at[i] < '0' || p.at[i] > '9')
            return false;
        value = value > COUNT_MAX ? value : value * 10 + (uint64_t)(p.at[i] - '0');
    }
    *out = value > COUNT_MAX / factor ? UINT64_MAX : value * factor;
    return true;
}

static size_t index_of(const as_kernel *kernel, piece key)
{
    size_t i = 0;
    const size_t count = as_kernel_param_count(kernel);
    while (i < count &&
           (strlen(kernel->params[i].key) != key.length || memcmp(kernel->params[i].key, key.at, key.length)))
        i++;
    return i;
}

static bool unknown_key(const as_kernel *kernel, piece key, char *why, size_t cap)
{
    char known[AS_KERNEL_TEXT_MAX] = "";
    size_t used = 0;
    for (size_t i = 0; i < as_kernel_param_count(kernel) && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%.40s", i ? ", " : "", kernel->params[i].key);
    const int shown = key.length > 40 ? 40 : (int)key.length;
    if (!*known)
        snprintf(why, cap, "%s takes no parameters: write its name alone", kernel->name);
    else
        snprintf(why, cap, "%s has no parameter '%.*s', it takes %s", kernel->name, shown, key.at, known);
    return false;
}

/* key=value into param[]. */
static bool read_one(const as_kernel *kernel, piece item, bool seen[AS_KERNEL_PARAMS_MAX], uint64_t *param, char *why,
                     size_t cap)
{
    piece value = item;
    const piece key = cut(&value, '=');
    const size_t i = index_of(kernel, key);
    if (i == as_kernel_param_count(kernel))
        return unknown_key(kernel, key, why, cap);
    const as_kernel_param *p = &kernel->params[i];
    const int shown = value.length > 40 ? 40 : (int)value.length;
    if (seen[i]) {
        snprintf(why, cap, "%s is given twice to %s: keep one", p->key, kernel->name);
        return false;
    }
    if (!value.at || !read_count(value, &param[i]) || param[i] < p->min || param[i] > p->max) {
        snprintf(why, cap, "%s of %s is a whole number from %" PRIu64 " to %" PRIu64 "%s%.*s%s", p->key, kernel->name,
                 p->min, p->max, value.at ? ", not '" : ", as in m=64", shown, value.at ? value.at : "",
                 value.at ? "'" : "");
        return false;
    }
    seen[i] = true;
    return true;
}

bool as_kernel_params_read(const as_kernel *kernel, const char *text, uint64_t param[AS_KERNEL_PARAMS_MAX], char *why,
                           size_t cap)
{
    bool seen[AS_KERNEL_PARAMS_MAX] = {false};
    as_kernel_params_usual(kernel, param);
    for (piece rest = params_of(text); rest.at;)
        if (!read_one(kernel, cut(&rest, ','), seen, param, why, cap))
            return false;
    return true;
}

static const char *write_params(const as_kernel *kernel, const uint64_t *param, bool all, const char *before, char *out)
{
    size_t used = (size_t)snprintf(out, AS_KERNEL_TEXT_MAX, "%.80s", before);
    char mark = ':';
    for (size_t i = 0; i < as_kernel_param_count(kernel) && used < AS_KERNEL_TEXT_MAX; i++) {
        if (!all && param[i] == kernel->params[i].fallback)
            continue;
        used += (size_t)snprintf(out + used, AS_KERNEL_TEXT_MAX - used, "%.1s%s=%" PRIu64, &mark, kernel->params[i].key,
                                 param[i]);
        mark = ',';
    }
    return out;
}

const char *as_kernel_text(const as_kernel *kernel, const uint64_t param[AS_KERNEL_PARAMS_MAX],
                           char out[AS_KERNEL_TEXT_MAX])
{
    return write_params(kernel, param, false, kernel->name, out);
}

const char *as_kernel_params_text(const as_kernel *kernel, const uint64_t param[AS_KERNEL_PARAMS_MAX],
                                  char out[AS_KERNEL_TEXT_MAX])
{
    write_params(kernel, param, true, "", out);
    if (*out)
        memmove(out, out + 1, strlen(out)); /* without its colon */
    return out;
}

/* ---- alternatives */

static size_t alternatives(piece value)
{
    size_t count = 1;
    for (size_t i = 0; i < value.length; i++)
        count += value.at[i] == '/';
    return count;
}

bool as_kernel_choice_begin(as_kernel_choice *choice, const char *text, size_t most, char *why, size_t cap)
{
    *choice = (as_kernel_choice){.text = text, .base = as_kernel_base(text), .count = 1};
    for (piece rest = params_of(text); rest.at;) {
        piece value = cut(&rest, ',');
        const piece key = cut(&value, '=');
        const size_t n = value.at ? alternatives(value) : 1;
        for (piece left = value; n > 1 && left.at;)
            if (!cut(&left, '/').length) {
                snprintf(why, cap, "the alternatives of %.*s have a gap: write them as in m=64/128/256",
                         key.length > 40 ? 40 : (int)key.length, key.at);
                return false;
            }
        if (n > most / choice->count) {
            snprintf(why, cap, "its alternatives multiply to more than %zu kernels: write fewer", most);
            return false;
        }
        choice->count *= n;
    }
    return true;
}

/* The `index`-th alternative of a value. */
static piece nth(piece value, size_t index)
{
    piece one = cut(&value, '/');
    while (index-- && value.at)
        one = cut(&value, '/');
    return one;
}

bool as_kernel_choice_next(as_kernel_choice *choice, const char *name, char *out, size_t cap)
{
    size_t blocks = choice->count, used = (size_t)snprintf(out, cap, "%s", name);
    char mark = ':';
    if (choice->index >= choice->count)
        return false;
    for (piece rest = params_of(choice->text); rest.at && used < cap; mark = ',') {
        piece value = cut(&rest, ',');
        const piece key = cut(&value, '=');
        used += (size_t)snprintf(out + used, cap - used, "%c%.*s", mark, (int)key.length, key.at);
        if (!value.at || used >= cap)
            continue;
        const size_t n = alternatives(value);
        blocks /= n;
        const piece one = nth(value, choice->index / blocks % n);
        used += (size_t)snprintf(out + used, cap - used, "=%.*s", (int)one.length, one.at);
    }
    choice->index++;
    return used < cap;
}

bool as_kernel_has_params(const as_kernel *kernel, const char *text, char missing[40])
{
    for (piece rest = params_of(text); rest.at;) {
        piece value = cut(&rest, ',');
        const piece key = cut(&value, '=');
        if (index_of(kernel, key) < as_kernel_param_count(kernel))
            continue;
        if (missing)
            snprintf(missing, 40, "%.*s", key.length > 39 ? 39 : (int)key.length, key.at);
        return false;
    }
    return true;
}
