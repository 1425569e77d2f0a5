/* grammar.c: text to pattern. pattern = term {"+" term}; term = name[:key=value{,key=value}]. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define TEXT_MAX 4096

/* A piece of the text under way. */
typedef struct {
    const char *whole; /* for columns in errors */
    as_pattern_error *error;
} context;

static bool fail(const context *c, const char *at, const char *format, ...) __attribute__((format(printf, 3, 4)));

static bool fail(const context *c, const char *at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(c->error->what, sizeof c->error->what, format, args);
    va_end(args);
    c->error->column = (size_t)(at - c->whole) + 1;
    return false;
}

typedef struct {
    const char *at;
    size_t length;
} piece;

/* Up to `stop` or the end of `from`, without blanks around; *from moves behind the stop, or to NULL at the end. */
static piece split(piece *from, char stop)
{
    const char *found = memchr(from->at, stop, from->length);
    piece p = {from->at, found ? (size_t)(found - from->at) : from->length};
    if (found)
        *from = (piece){found + 1, from->length - p.length - 1};
    else
        *from = (piece){NULL, 0};
    while (p.length && p.at[0] == ' ')
        p.at++, p.length--;
    while (p.length && p.at[p.length - 1] == ' ')
        p.length--;
    return p;
}

static bool is(piece p, const char *word) { return strlen(word) == p.length && !memcmp(p.at, word, p.length); }
#define SHOW(p) (int)((p).length < 40 ? (p).length : 40), (p).at

/* Digits with an optional k, M or G; at most 2^53. */
static bool read_count(piece p, uint64_t *out)
{
    uint64_t value = 0, factor = 1;
    if (p.length > 1)
        switch (p.at[p.length - 1]) {
        case 'k': factor = 1u << 10; break;
        case 'M': factor = 1u << 20; break;
        case 'G': factor = 1u << 30; break;
        }
    size_t digits = p.length - (factor > 1);
    if (!digits || digits > 16)
        return false;
    for (size_t i = 0; i < digits; i++) {
        if (p.at[i] < '0' || p.at[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(p.at[i] - '0');
    }
    if (value > ((uint64_t)1 << 53) / factor)
        return false;
    *out = value * factor;
    return true;
}

static bool read_real(piece p, double *out)
{
    char text[40], *end;
    if (!p.length || p.length >= sizeof text || !strchr("0123456789.", p.at[0]) ||
        memchr(p.at, 'x', p.length) || memchr(p.at, 'X', p.length))
        return false;
    memcpy(text, p.at, p.length);
    text[p.length] = 0;
    errno = 0;
    *out = strtod(text, &end);
    return !*end && !errno && isfinite(*out);
}

static bool read_list(piece p, as_value *value)
{
    size_t cap = 1;
    for (size_t i = 0; i < p.length; i++)
        cap += p.at[i] == '/';
    uint64_t *list = malloc(cap * sizeof *list);
    if (!list)
        return false;
    value->list = list;
    while (p.at)
        if (!read_count(split(&p, '/'), &list[value->list_count++]))
            return false;
    return true;
}

static bool read_word(piece p, const char *words, uint64_t *index)
{
    piece rest = {words, strlen(words)};
    for (*index = 0; rest.at; ++*index) {
        piece word = split(&rest, '|');
        if (word.length == p.length && !memcmp(word.at, p.at, p.length))
            return true;
    }
    return false;
}

static bool read_value(const context *c, const as_term *term, const as_param *param, piece p, as_value *value)
{
    switch (param->kind) {
    case AS_PARAM_COUNT:
        if (!read_count(p, &value->count))
            return fail(c, p.at, "%s: %s must be a whole number such as 256 or 4k, not '%.*s'", term->name, param->key,
                        SHOW(p));
        if (value->count < param->least)
            return fail(c, p.at, "%s: %s must be at least %llu", term->name, param->key,
                        (unsigned long long)param->least);
        return true;
    case AS_PARAM_REAL:
        return read_real(p, &value->real) || fail(c, p.at, "%s: %s must be a number such as 0.1, not '%.*s'",
                                                  term->name, param->key, SHOW(p));
    case AS_PARAM_LIST:
        if (!read_list(p, value))
            return fail(c, p.at, "%s: %s must be whole numbers such as 2048/4096, not '%.*s'", term->name, param->key,
                        SHOW(p));
        for (size_t i = 0; i < value->list_count; i++)
            if (value->list[i] < param->least)
                return fail(c, p.at, "%s: each %s must be at least %llu", term->name, param->key,
                            (unsigned long long)param->least);
        return true;
    case AS_PARAM_WORD:
        return read_word(p, param->words, &value->count) ||
               fail(c, p.at, "%s: %s must be one of %s, not '%.*s'", term->name, param->key, param->words, SHOW(p));
    case AS_PARAM_PATH:
        value->text = strndup(p.at, p.length);
        return value->text && (p.length || fail(c, p.at, "%s needs a path: %s", term->name, term->example));
    }
    return false;
}

static int param_index(const as_term *term, piece key)
{
    for (int i = 0; term->params[i].key; i++)
        if (is(key, term->params[i].key))
            return i;
    return -1;
}

static bool read_params(const context *c, as_use *use, piece rest, const char *end)
{
    const as_term *term = use->term;
    bool given[AS_PARAMS_MAX] = {false};
    if (rest.at && term->params[0].key && term->params[0].kind == AS_PARAM_PATH) {
        given[0] = true;
        if (!read_value(c, term, &term->params[0], split(&rest, '\n'), &use->args.value[0]))
            return false;
        rest.at = NULL;
    }
    while (rest.at) {
        piece pair = split(&rest, ','), value = pair, key = split(&value, '=');
        int i = param_index(term, key);
        if (i < 0)
            return fail(c, key.at, "%s has no parameter '%.*s': write %s", term->name, SHOW(key), term->example);
        if (!value.at)
            return fail(c, key.at, "%s: %s has no value: write %s", term->name, term->params[i].key, term->example);
        if (given[i])
            return fail(c, key.at, "%s: %s is given twice", term->name, term->params[i].key);
        given[i] = true;
        if (!read_value(c, term, &term->params[i], split(&value, '\n'), &use->args.value[i]))
            return false;
    }
    for (int i = 0; term->params[i].key; i++) {
        if (given[i])
            continue;
        if (!term->params[i].optional)
            return fail(c, end, "%s needs %s: write %s", term->name, term->params[i].key, term->example);
        use->args.value[i].count = term->params[i].otherwise;
        use->args.value[i].real = term->params[i].real_otherwise;
    }
    return true;
}

static size_t print_value(const as_param *param, const as_value *v, char *out, size_t cap)
{
    size_t n = 0;
    piece words = {param->words, param->words ? strlen(param->words) : 0}, word = {"", 0};
    switch (param->kind) {
    case AS_PARAM_COUNT:
        return (size_t)snprintf(out, cap, "%llu", (unsigned long long)v->count);
    case AS_PARAM_REAL:
        return (size_t)snprintf(out, cap, "%.9g", v->real);
    case AS_PARAM_LIST:
        for (size_t i = 0; i < v->list_count && n < cap; i++)
            n += (size_t)snprintf(out + n, cap - n, "%s%llu", i ? "/" : "", (unsigned long long)v->list[i]);
        return n;
    case AS_PARAM_WORD:
        for (uint64_t i = 0; i <= v->count; i++)
            word = split(&words, '|');
        return (size_t)snprintf(out, cap, "%.*s", SHOW(word));
    case AS_PARAM_PATH:
        return (size_t)snprintf(out, cap, "%s", v->text);
    }
    return 0;
}

/* name:key=value,... in the order of the term's params, defaults left out. */
static char *canonical(const as_use *use)
{
    char out[TEXT_MAX];
    size_t n = (size_t)snprintf(out, sizeof out, "%s", use->term->name);
    const char *between = ":";
    for (int i = 0; use->term->params[i].key && n < sizeof out; i++) {
        const as_param *param = &use->term->params[i];
        const as_value *v = &use->args.value[i];
        bool plain = param->kind == AS_PARAM_COUNT || param->kind == AS_PARAM_WORD;
        if (param->optional && plain && v->count == param->otherwise)
            continue;
        if (param->optional && param->kind == AS_PARAM_REAL && v->real == param->real_otherwise)
            continue;
        if (param->kind == AS_PARAM_PATH)
            n += (size_t)snprintf(out + n, sizeof out - n, ":");
        else
            n += (size_t)snprintf(out + n, sizeof out - n, "%s%s=", between, param->key);
        if (n < sizeof out)
            n += print_value(param, v, out + n, sizeof out - n);
        between = ",";
    }
    return n < sizeof out ? strdup(out) : NULL;
}

static const as_term *find_term(piece name)
{
    for (const as_term *const *t = as_builtin_terms; *t; t++)
        if (is(name, (*t)->name))
            return *t;
    return NULL;
}

static void close_use(as_use *use)
{
    if (!use->term)
        return;
    if (use->term->close)
        use->term->close(&use->args);
    for (int i = 0; i < AS_PARAMS_MAX; i++) {
        free((void *)(uintptr_t)use->args.value[i].list);
        free((void *)(uintptr_t)use->args.value[i].text);
    }
    free(use->text);
    *use = (as_use){0};
}

static bool add_terms(const context *c, as_pattern *p, piece rest, bool expanding);

static bool add_term(const context *c, as_pattern *p, piece text, bool expanding)
{
    const char *end = text.at + text.length;
    piece rest = text, name = split(&rest, ':');
    const as_term *term = find_term(name);
    char why[200], expanded[TEXT_MAX];
    if (!term)
        return fail(c, name.at, "no pattern is called '%.*s': see attnscope list", SHOW(name));
    if (p->count == AS_TERMS_MAX)
        return fail(c, text.at, "more than %d terms in one pattern", AS_TERMS_MAX);
    as_use *use = &p->uses[p->count++];
    use->term = term;
    if (!read_params(c, use, rest, end))
        return false;
    if (term->check && !term->check(&use->args, why, sizeof why))
        return fail(c, text.at, "%s: %s", term->name, why);
    if (term->expand && !expanding) {
        bool ok = term->expand(&use->args, expanded, sizeof expanded);
        close_use(use);
        p->count--;
        const context inner = {expanded, c->error};
        if (!ok || !add_terms(&inner, p, (piece){expanded, strlen(expanded)}, true))
            return fail(c, text.at, "%.*s does not expand: %.150s", SHOW(text), c->error->what);
        return true;
    }
    if (term->open && !term->open(&use->args, why, sizeof why))
        return fail(c, text.at, "%s: %s", term->name, why);
    use->text = canonical(use);
    return use->text || fail(c, text.at, "%s: text too long", term->name);
}

static bool add_terms(const context *c, as_pattern *p, piece rest, bool expanding)
{
    while (rest.at)
        if (!add_term(c, p, split(&rest, '+'), expanding))
            return false;
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const as_use *)a)->text, ((const as_use *)b)->text);
}

/* Sorts the terms, drops what is named twice, and drops what another term holds whole: of two windows the wider one
 * stays, of two prefixes of one name the longer one, and causal holds every causal term, full everything. */
static bool held_by(const as_use *small, const as_use *large)
{
    if (!strcmp(small->text, large->text))
        return true;
    if (!strcmp(large->term->name, "full"))
        return true;
    if (!strcmp(large->term->name, "causal"))
        return small->term->traits & AS_PATTERN_CAUSAL;
    static const char *const nested[] = {"window", "global", "sink"};
    for (size_t i = 0; i < sizeof nested / sizeof *nested; i++)
        if (!strcmp(small->term->name, nested[i]) && !strcmp(large->term->name, nested[i]))
            return small->args.value[0].count <= large->args.value[0].count;
    return false;
}

static void simplify(as_pattern *p)
{
    qsort(p->uses, p->count, sizeof *p->uses, by_text);
    size_t kept = 0;
    for (size_t i = 0; i < p->count; i++) {
        bool held = false;
        for (size_t j = 0; j < p->count && !held; j++)
            held = j != i && p->uses[j].term && held_by(&p->uses[i], &p->uses[j]);
        if (held)
            close_use(&p->uses[i]);
    }
    for (size_t i = 0; i < p->count; i++) {
        if (!p->uses[i].term)
            continue;
        as_use moved = p->uses[i];
        p->uses[i] = (as_use){0};
        p->uses[kept++] = moved;
    }
    p->count = kept;
}

static bool join(const context *c, as_pattern *p)
{
    char out[TEXT_MAX];
    size_t n = 0;
    p->traits = ~0u;
    unsigned any = 0;
    for (size_t i = 0; i < p->count && n < sizeof out; i++) {
        n += (size_t)snprintf(out + n, sizeof out - n, "%s%s", i ? "+" : "", p->uses[i].text);
        p->traits &= p->uses[i].term->traits;
        any |= p->uses[i].term->traits;
    }
    const unsigned every = AS_PATTERN_CAUSAL | AS_PATTERN_CONTIGUOUS | AS_PATTERN_BY_DISTANCE;
    p->traits = (p->traits & every) | (any & (AS_PATTERN_PER_HEAD | AS_PATTERN_MULTISET)) |
                (p->count == 1 ? any & AS_PATTERN_DENSE : 0);
    if ((any & AS_PATTERN_MULTISET) && p->count > 1)
        return fail(c, c->whole, "longnet stands alone: it is a multiset and cannot be part of a union");
    p->text = n < sizeof out ? strdup(out) : NULL;
    return p->text || fail(c, c->whole, "the pattern's text is too long");
}

as_pattern *as_pattern_parse(const char *text, as_pattern_error *error)
{
    as_pattern_error ignored;
    const context c = {text, error ? error : &ignored};
    size_t length = strlen(text);
    as_pattern *p = calloc(1, sizeof *p);
    bool ok = p && (length < TEXT_MAX || fail(&c, text, "longer than %d characters", TEXT_MAX));
    ok = ok && add_terms(&c, p, (piece){text, length}, false);
    if (ok)
        simplify(p);
    if (ok && join(&c, p))
        return p;
    as_pattern_free(p);
    return NULL;
}

void as_pattern_free(as_pattern *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->count; i++)
        close_use(&p->uses[i]);
    free(p->text);
    free(p);
}
