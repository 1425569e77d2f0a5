/* shape.c: walks the canonical text term by term; the kinds of its parameters say what its digits are.
 * SPDX-License-Identifier: Apache-2.0 */
#include "shape.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define DIGITS "0123456789"

typedef struct {
    const char *whole;
    char *shape;
    size_t shape_cap, shape_length;
    as_pattern_number *numbers;
    size_t number_cap, count;
} shape_writer;

static void add_text(shape_writer *w, const char *text, size_t length)
{
    for (size_t i = 0; i < length && w->shape_length + 1 < w->shape_cap; i++)
        w->shape[w->shape_length++] = text[i];
}

static void add_number(shape_writer *w, as_piece text, as_number_kind kind)
{
    if (w->count < w->number_cap)
        w->numbers[w->count] =
            (as_pattern_number){(size_t)(text.at - w->whole), text.length, strtod(text.at, NULL), kind};
    w->count++;
    add_text(w, "*.*", kind == AS_NUMBER_REAL ? 3 : 1);
}

/* Every stretch of digits is a number of `kind`; where that is not of a name, one with a point is real. */
static void add_digits(shape_writer *w, as_piece text, as_number_kind kind)
{
    const char *end = text.at + text.length;
    for (const char *c = text.at; c < end;) {
        const size_t digits = strspn(c, DIGITS);
        const size_t all = kind == AS_NUMBER_NAME || !digits ? digits : strspn(c, DIGITS ".");
        if (digits)
            add_number(w, (as_piece){c, all}, all > digits ? AS_NUMBER_REAL : kind);
        else
            add_text(w, c, 1);
        c += digits ? all : 1;
    }
}

static const as_param *param_of(const as_term *term, as_piece key)
{
    for (size_t i = 0; term && term->params[i].key; i++)
        if (as_piece_is(key, term->params[i].key))
            return &term->params[i];
    return NULL;
}

/* key=value */
static void add_pair(shape_writer *w, const as_term *term, as_piece pair)
{
    const char *equals = memchr(pair.at, '=', pair.length);
    const as_param *param = equals ? param_of(term, (as_piece){pair.at, (size_t)(equals - pair.at)}) : NULL;
    if (!param) {
        add_digits(w, pair, AS_NUMBER_WHOLE);
        return;
    }
    const as_piece value = {equals + 1, pair.length - (size_t)(equals + 1 - pair.at)};
    add_text(w, pair.at, pair.length - value.length);
    if (param->kind == AS_PARAM_REAL)
        add_number(w, value, AS_NUMBER_REAL);
    else if (param->kind == AS_PARAM_WORD)
        add_text(w, value.at, value.length);
    else
        add_digits(w, value, strcmp(param->key, "seed") ? AS_NUMBER_WHOLE : AS_NUMBER_SEED);
}

static void add_term(shape_writer *w, as_piece text)
{
    const char *colon = memchr(text.at, ':', text.length);
    const as_piece name = {text.at, colon ? (size_t)(colon - text.at) : text.length};
    const as_term *term = as_term_find(name);
    if (!term) {
        add_digits(w, text, AS_NUMBER_WHOLE);
        return;
    }
    add_text(w, name.at, name.length);
    if (!colon)
        return;
    add_text(w, ":", 1);
    as_piece rest = {colon + 1, text.length - name.length - 1};
    if (term->params[0].key && term->params[0].kind == AS_PARAM_PATH) {
        add_digits(w, rest, AS_NUMBER_NAME);
        return;
    }
    for (bool first = true; rest.at; first = false) {
        add_text(w, ",", first ? 0 : 1);
        add_pair(w, term, as_split(&rest, ','));
    }
}

size_t as_pattern_shape(const char *text, char *shape, size_t shape_cap, as_pattern_number *numbers, size_t number_cap)
{
    shape_writer w = {text, shape, shape_cap, 0, numbers, number_cap, 0};
    as_piece rest = {text, strlen(text)};
    for (bool first = true; rest.at; first = false) {
        add_text(&w, "+", first ? 0 : 1);
        add_term(&w, as_split(&rest, '+'));
    }
    if (shape_cap)
        shape[w.shape_length] = 0;
    return w.count;
}
