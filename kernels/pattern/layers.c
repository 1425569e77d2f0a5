/* layers.c: schedule(P1;P2;...): text to the patterns of the layers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layers.h"

struct as_layers {
    as_pattern *layer[AS_SCHEDULE_MAX];
    size_t period;
    char *text;
};

static bool fail(as_pattern_error *error, size_t offset, const char *what)
{
    if (error) {
        error->column = offset + 1;
        snprintf(error->what, sizeof error->what, "%s", what);
    }
    return false;
}

/* The pattern in whole[from, to); columns of its errors count in the whole. */
static bool add_layer(as_layers *s, const char *whole, size_t from, size_t to, as_pattern_error *error)
{
    if (s->period == AS_SCHEDULE_MAX)
        return fail(error, from, "more than 64 patterns in one schedule: a longer one repeats from the start anyway");
    while (from < to && whole[from] == ' ')
        from++;
    if (!strncmp(whole + from, "schedule(", 9))
        return fail(error, from, "a schedule holds patterns, not another schedule");
    char *text = strndup(whole + from, to - from);
    as_pattern *p = text ? as_pattern_parse(text, error) : NULL;
    free(text);
    if (!p) {
        if (error)
            error->column += from;
        return false;
    }
    s->layer[s->period++] = p;
    return true;
}

/* Shortens A;B;A;B to A;B. */
static void drop_repetitions(as_layers *s)
{
    for (size_t n = 1; n < s->period; n++) {
        bool repeats = s->period % n == 0;
        for (size_t i = n; repeats && i < s->period; i++)
            repeats = !strcmp(as_pattern_text(s->layer[i]), as_pattern_text(s->layer[i - n]));
        if (!repeats)
            continue;
        while (s->period > n)
            as_pattern_free(s->layer[--s->period]);
        return;
    }
}

static bool spell(as_layers *s)
{
    if (s->period == 1)
        return (s->text = strdup(as_pattern_text(s->layer[0]))) != NULL;
    size_t room = sizeof "schedule()", n = 0;
    for (size_t i = 0; i < s->period; i++)
        room += strlen(as_pattern_text(s->layer[i])) + 1;
    s->text = malloc(room);
    for (size_t i = 0; s->text && i < s->period; i++)
        n += (size_t)snprintf(s->text + n, room - n, "%s%s", i ? ";" : "schedule(", as_pattern_text(s->layer[i]));
    if (s->text)
        snprintf(s->text + n, room - n, ")");
    return s->text != NULL;
}

static bool read_layers(as_layers *s, const char *text, as_pattern_error *error)
{
    size_t length = strlen(text), start = 0;
    while (length && text[length - 1] == ' ')
        length--;
    while (text[start] == ' ')
        start++;
    if (strncmp(text + start, "schedule(", 9))
        return add_layer(s, text, 0, strlen(text), error);
    start += 9;
    if (length < start + 1 || text[length - 1] != ')')
        return fail(error, length, "a schedule ends with ')': write schedule(P1;P2)");
    while (start <= length - 1) {
        const char *stop = memchr(text + start, ';', length - 1 - start);
        size_t end = stop ? (size_t)(stop - text) : length - 1;
        if (!add_layer(s, text, start, end, error))
            return false;
        if (!stop)
            break;
        start = end + 1;
    }
    return true;
}

as_layers *as_layers_parse(const char *text, as_pattern_error *error)
{
    as_layers *s = calloc(1, sizeof *s);
    if (!s) {
        fail(error, 0, "out of memory");
        return NULL;
    }
    if (read_layers(s, text, error)) {
        drop_repetitions(s);
        if (spell(s))
            return s;
        fail(error, 0, "out of memory");
    }
    as_layers_free(s);
    return NULL;
}

void as_layers_free(as_layers *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->period; i++)
        as_pattern_free(s->layer[i]);
    free(s->text);
    free(s);
}

const char *as_layers_text(const as_layers *s) { return s->text; }
size_t as_layers_period(const as_layers *s) { return s->period; }
const as_pattern *as_layers_at(const as_layers *s, size_t layer) { return s->layer[layer % s->period]; }

bool as_layers_fits(const as_layers *s, size_t length, size_t context, char *why, size_t cap)
{
    for (size_t i = 0; i < s->period; i++)
        if (!as_pattern_fits(s->layer[i], length, context, why, cap))
            return false;
    return true;
}
