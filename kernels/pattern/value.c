/* value.c: the values of parameters, from text and back: whole numbers, reals, lists, words and paths. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

#define COUNT_MAX ((uint64_t)1 << 53) /* every whole number up to here is a double, too */

typedef enum { GOOD, NOT_A_COUNT, TOO_LARGE } verdict;

/* Digits with an optional k, M or G. */
static verdict read_count(as_piece p, uint64_t *out)
{
    uint64_t value = 0, factor = 1;
    if (p.length > 1)
        switch (p.at[p.length - 1]) {
        case 'k':
            factor = 1u << 10;
            break;
        case 'M':
            factor = 1u << 20;
            break;
        case 'G':
            factor = 1u << 30;
            break;
        }
    size_t digits = p.length - (factor > 1);
    if (!digits)
        return NOT_A_COUNT;
    for (size_t i = 0; i < digits; i++) {
        if (p.at[i] < '0' || p.at[i] > '9')
            return NOT_A_COUNT;
        value = value > COUNT_MAX ? value : value * 10 + (uint64_t)(p.at[i] - '0');
    }
    if (value > COUNT_MAX / factor)
        return TOO_LARGE;
    *out = value * factor;
    return GOOD;
}

static bool read_real(as_piece p, double *out)
{
    char text[40], *end;
    if (!p.length || p.length >= sizeof text || !strchr("0123456789.", p.at[0]) || memchr(p.at, 'x', p.length) ||
        memchr(p.at, 'X', p.length))
        return false;
    memcpy(text, p.at, p.length);
    text[p.length] = 0;
    *out = strtod(text, &end);
    return end == text + p.length && isfinite(*out);
}

static verdict read_list(as_piece p, as_value *value)
{
    size_t cap = 1;
    for (size_t i = 0; i < p.length; i++)
        cap += p.at[i] == '/';
    uint64_t *list = malloc(cap * sizeof *list);
    verdict v = list ? GOOD : TOO_LARGE;
    value->list = list;
    value->list_count = 0;
    while (p.at && v == GOOD)
        v = read_count(as_split(&p, '/'), &list[value->list_count++]);
    return v;
}

static bool read_word(as_piece p, const char *words, uint64_t *index)
{
    as_piece rest = {words, strlen(words)};
    for (*index = 0; rest.at; ++*index) {
        as_piece word = as_split(&rest, '|');
        if (word.length == p.length && !memcmp(word.at, p.at, p.length))
            return true;
    }
    return false;
}

static bool all_at_least(const as_param *param, const uint64_t *value, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (value[i] < param->min)
            return false;
    return true;
}

/* A count or a list: what was wrong with it, if anything. */
static bool judge(const as_param *param, verdict v, as_piece text, const uint64_t *value, size_t count, char *why,
                  size_t cap)
{
    const bool list = param->kind == AS_PARAM_LIST;
    if (v == GOOD && all_at_least(param, value, count))
        return true;
    if (v == GOOD)
        snprintf(why, cap, "%s%s must be at least %llu", list ? "each " : "", param->key,
                 (unsigned long long)param->min);
    else if (v == TOO_LARGE)
        snprintf(why, cap, "%s: '%.*s' is above the largest number, %llu", param->key, AS_SHOW(text),
                 (unsigned long long)COUNT_MAX);
    else
        snprintf(why, cap, "%s must be %s, not '%.*s'", param->key,
                 list ? "whole numbers such as 2048/4096" : "a whole number such as 256 or 4k", AS_SHOW(text));
    return false;
}

bool as_value_read(const as_term *term, const as_param *param, as_piece text, as_value *value, char *why, size_t cap)
{
    switch (param->kind) {
    case AS_PARAM_COUNT:
        return judge(param, read_count(text, &value->count), text, &value->count, 1, why, cap);
    case AS_PARAM_LIST: {
        verdict v = read_list(text, value);
        return judge(param, v, text, value->list, value->list_count, why, cap);
    }
    case AS_PARAM_REAL:
        if (read_real(text, &value->real))
            return true;
        snprintf(why, cap, "%s must be a number such as 0.1, not '%.*s'", param->key, AS_SHOW(text));
        return false;
    case AS_PARAM_WORD:
        if (read_word(text, param->words, &value->count))
            return true;
        snprintf(why, cap, "%s must be one of %s, not '%.*s'", param->key, param->words, AS_SHOW(text));
        return false;
    case AS_PARAM_PATH:
        value->text = text.length ? strndup(text.at, text.length) : NULL;
        if (!value->text)
            snprintf(why, cap, "needs a path: write %s", term->example);
        return value->text;
    }
    return false;
}

/* The fewest digits that read back as the same number. No '+' comes out of it: that would part two terms. */
static size_t print_real(double x, char *out, size_t cap)
{
    char text[40];
    int n = 0;
    for (int digits = 1; digits <= 17; digits++) {
        n = snprintf(text, sizeof text, "%.*g", digits, x);
        if (strtod(text, NULL) == x)
            break;
    }
    char *plus = strchr(text, '+');
    if (plus)
        memmove(plus, plus + 1, strlen(plus)), n--;
    snprintf(out, cap, "%s", text);
    return (size_t)n;
}

/* Prints a value as snprintf does. */
static size_t print_value(const as_param *param, const as_value *v, char *out, size_t cap)
{
    size_t n = 0;
    as_piece words = {param->words, param->words ? strlen(param->words) : 0}, word = {"", 0};
    switch (param->kind) {
    case AS_PARAM_COUNT:
        return (size_t)snprintf(out, cap, "%llu", (unsigned long long)v->count);
    case AS_PARAM_REAL:
        return print_real(v->real, out, cap);
    case AS_PARAM_LIST:
        for (size_t i = 0; i < v->list_count && n < cap; i++)
            n += (size_t)snprintf(out + n, cap - n, "%s%llu", i ? "/" : "", (unsigned long long)v->list[i]);
        return n;
    case AS_PARAM_WORD:
        for (uint64_t i = 0; i <= v->count; i++)
            word = as_split(&words, '|');
        return (size_t)snprintf(out, cap, "%.*s", AS_SHOW(word));
    case AS_PARAM_PATH:
        return (size_t)snprintf(out, cap, "%s", v->text);
    }
    return 0;
}

static bool left_out(const as_param *param, const as_value *v)
{
    if (!param->optional)
        return false;
    return param->kind == AS_PARAM_REAL ? v->real == param->real_fallback : v->count == param->fallback;
}

char *as_use_print(const as_use *use)
{
    char out[AS_PATTERN_TEXT_MAX];
    size_t n = (size_t)snprintf(out, sizeof out, "%s", use->term->name);
    const char *between = ":";
    for (int i = 0; use->term->params[i].key && n < sizeof out; i++) {
        const as_param *param = &use->term->params[i];
        const bool path = param->kind == AS_PARAM_PATH;
        if (left_out(param, &use->args.value[i]))
            continue;
        n += (size_t)snprintf(out + n, sizeof out - n, "%s%s%s", between, path ? "" : param->key, path ? "" : "=");
        if (n < sizeof out)
            n += print_value(param, &use->args.value[i], out + n, sizeof out - n);
        between = ",";
    }
    return n < sizeof out ? strdup(out) : NULL;
}
