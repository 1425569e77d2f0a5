/* grammar.c: text to pattern. pattern = term {"+" term}; term = name[:key=value{,key=value}]. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

#define DEPTH_MAX 8 /* of terms that stand for other terms */

/* A text under way. */
typedef struct {
    const char *whole; /* for columns in errors */
    as_pattern_error *error;
    int depth;
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

static int param_index(const as_term *term, as_piece key)
{
    for (int i = 0; term->params[i].key; i++)
        if (as_piece_is(key, term->params[i].key))
            return i;
    return -1;
}

static bool read_value(const context *c, as_use *use, int i, as_piece text)
{
    char why[200];
    return as_value_read(use->term, &use->term->params[i], text, &use->args.value[i], why, sizeof why) ||
           fail(c, text.at, "%s: %s", use->term->name, why);
}

/* key=value,... */
static bool read_pairs(const context *c, as_use *use, as_piece rest, bool *given)
{
    const as_term *term = use->term;
    while (rest.at) {
        as_piece pair = as_split(&rest, ','), value = pair, key = as_split(&value, '=');
        int i = param_index(term, key);
        if (i < 0 && !term->params[0].key)
            return fail(c, key.at, "%s takes no parameters: write %s", term->name, term->example);
        if (i < 0)
            return fail(c, key.at, "%s has no parameter '%.*s': write %s", term->name, AS_SHOW(key), term->example);
        if (!value.at)
            return fail(c, key.at, "%s: %s has no value: write %s", term->name, term->params[i].key, term->example);
        if (given[i])
            return fail(c, key.at, "%s: %s is given twice", term->name, term->params[i].key);
        given[i] = true;
        if (!read_value(c, use, i, as_split(&value, '\n')))
            return false;
    }
    return true;
}

static bool read_params(const context *c, as_use *use, as_piece rest, const char *end)
{
    const as_term *term = use->term;
    bool given[AS_PARAMS_MAX] = {false};
    if (rest.at && term->params[0].key && term->params[0].kind == AS_PARAM_PATH) {
        given[0] = true;
        if (!read_value(c, use, 0, as_split(&rest, '\n')))
            return false;
    } else if (!read_pairs(c, use, rest, given))
        return false;
    for (int i = 0; term->params[i].key; i++) {
        if (given[i])
            continue;
        if (!term->params[i].optional)
            return fail(c, end, "%s needs %s: write %s", term->name, term->params[i].key, term->example);
        use->args.value[i].count = term->params[i].fallback;
        use->args.value[i].real = term->params[i].real_fallback;
    }
    return true;
}

const as_term *as_term_find(as_piece name)
{
    for (const as_term *const *t = as_builtin_terms; *t; t++)
        if (as_piece_is(name, (*t)->name))
            return *t;
    return NULL;
}

void as_use_close(as_use *use)
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

static bool add_terms(const context *c, as_pattern *p, as_piece rest);

/* The last term of p gives way to the terms of `expanded`, which it stands for. */
static bool add_expanded(const context *c, as_pattern *p, as_piece text, const char *expanded)
{
    as_pattern_error error = {0};
    const context inner = {expanded, &error, c->depth + 1};
    as_use_close(&p->uses[--p->count]);
    if (inner.depth < DEPTH_MAX && add_terms(&inner, p, (as_piece){expanded, strlen(expanded)}))
        return true;
    return fail(c, text.at, "%.*s does not expand: %.150s", AS_SHOW(text), error.what);
}

static bool add_term(const context *c, as_pattern *p, as_piece text)
{
    as_piece rest = text, name = as_split(&rest, ':');
    const as_term *term = as_term_find(name);
    char why[200], expanded[AS_PATTERN_TEXT_MAX] = "";
    if (!term && name.length >= 8 && !memcmp(name.at, "schedule", 8))
        return fail(c, name.at, "a schedule is for layers, this is one layer: explain takes schedules");
    if (!term)
        return fail(c, name.at, "no pattern is called '%.*s': see attnscope list", AS_SHOW(name));
    if (p->count == AS_TERMS_MAX)
        return fail(c, text.at, "more than %d terms in one pattern", AS_TERMS_MAX);
    as_use *use = &p->uses[p->count++];
    use->term = term;
    if (!read_params(c, use, rest, text.at + text.length))
        return false;
    if (term->check && !term->check(&use->args, why, sizeof why))
        return fail(c, text.at, "%s: %s", term->name, why);
    if (term->expand && !term->expand(&use->args, expanded, sizeof expanded))
        return fail(c, text.at, "%s: its expansion is too long", term->name);
    if (*expanded)
        return add_expanded(c, p, text, expanded);
    if (term->open && !term->open(&use->args, why, sizeof why))
        return fail(c, text.at, "%s: %s", term->name, why);
    use->text = as_use_print(use);
    return use->text || fail(c, text.at, "%s: text too long", term->name);
}

static bool add_terms(const context *c, as_pattern *p, as_piece rest)
{
    while (rest.at)
        if (!add_term(c, p, as_split(&rest, '+')))
            return false;
    return true;
}

/* The text and the traits of the whole: a union is causal or contiguous when each of its terms is. */
static bool join(const context *c, as_pattern *p)
{
    char out[AS_PATTERN_TEXT_MAX];
    size_t n = 0;
    unsigned every = ~0u, any = 0;
    for (size_t i = 0; i < p->count && n < sizeof out; i++) {
        n += (size_t)snprintf(out + n, sizeof out - n, "%s%s", i ? "+" : "", p->uses[i].text);
        every &= as_use_traits(&p->uses[i]);
        any |= as_use_traits(&p->uses[i]);
    }
    p->traits = (every & (AS_PATTERN_CAUSAL | AS_PATTERN_CONTIGUOUS | AS_PATTERN_BY_DISTANCE)) |
                (any & (AS_PATTERN_PER_HEAD | AS_PATTERN_MULTISET)) | (p->count == 1 ? any & AS_PATTERN_DENSE : 0);
    p->text = n < sizeof out ? strdup(out) : NULL;
    return p->text || fail(c, c->whole, "the pattern's text is too long");
}

static bool set_union(const context *c, const as_pattern *p)
{
    for (size_t i = 0; i < p->count && p->count > 1; i++)
        if (p->uses[i].term->traits & AS_PATTERN_MULTISET)
            return fail(c, c->whole, "%s stands alone: it is a multiset and cannot be part of a union",
                        p->uses[i].term->name);
    return true;
}

/* No byte that could reach a terminal or a file as more than text. */
static bool printable(const context *c, const char *text, size_t length)
{
    if (length >= AS_PATTERN_TEXT_MAX)
        return fail(c, text, "longer than %d characters", AS_PATTERN_TEXT_MAX - 1);
    for (const char *t = text; *t; t++)
        if ((unsigned char)*t < 32 || *t == 127)
            return fail(c, t, "a control character (code %d) in a pattern", *t);
    return true;
}

as_pattern *as_pattern_parse(const char *text, as_pattern_error *error)
{
    as_pattern_error ignored;
    const context c = {text, error ? error : &ignored, 0};
    size_t length = strlen(text);
    as_pattern *p = calloc(1, sizeof *p);
    bool ok = p || fail(&c, text, "no memory");
    ok = ok && printable(&c, text, length) && add_terms(&c, p, (as_piece){text, length}) && set_union(&c, p);
    ok = ok && (as_simplify(p) || fail(&c, text, "no memory"));
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
        as_use_close(&p->uses[i]);
    free(p->text);
    free(p);
}
