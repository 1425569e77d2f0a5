/* options.c: parses the arguments of every command by its table of options.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../base/file.h"
#include "../base/suggest.h"
#include "cli.h"

bool as_print(const as_text *text, as_err *err)
{
    if (fflush(stdout) == 0 && as_fd_write(STDOUT_FILENO, text->data ? text->data : "", text->length))
        return true;
    return as_fail(err, AS_EXIT_ENVIRONMENT, "cannot write to standard output: is the disk full or the reader gone?");
}

bool as_print_last(bool ok, as_text *text, as_err *err)
{
    ok = ok && as_print(text, err);
    as_text_free(text);
    return ok;
}

bool as_print_records(const char *format, const as_schema *schema, const void *records, size_t count, as_err *err)
{
    as_text out = {0};
    bool ok = true;
    if (!strcmp(format, "json"))
        ok = as_table_json(schema, records, count, &out) || as_fail_memory(err);
    else
        as_table_header(schema, &out);
    for (size_t i = 0; strcmp(format, "json") && i < count; i++)
        as_table_row(schema, (const char *)records + i * schema->size, &out);
    return as_print_last(ok, &out, err);
}

/* The row of "--name" or "--name=value"; `value` points behind the '='. */
static const as_opt *find_option(const as_opt *options, const char *argument, const char **value)
{
    size_t length = strcspn(argument, "=");
    *value = argument[length] ? argument + length + 1 : NULL;
    for (const as_opt *o = options; o && o->name; o++)
        if (strlen(o->name) == length && !strncmp(o->name, argument, length))
            return o;
    return NULL;
}

static bool unknown_option(const as_opt *options, const char *argument, as_err *err)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(argument, "="), argument);
    as_nearest n = {.word = name};
    for (const as_opt *o = options; o && o->name; o++)
        as_nearest_try(&n, o->name);
    const char *close = as_nearest_close(&n);
    return as_fail(err, AS_EXIT_USAGE, "unknown option '%s': %s%s%s", name,
                   close ? "did you mean '" : "add --help to see all", close ? close : "", close ? "'?" : "");
}

/* Is `value` one of "a|b|c"? */
static bool is_choice(const char *choices, const char *value)
{
    size_t length = strlen(value);
    for (const char *c = choices; *c;) {
        size_t n = strcspn(c, "|");
        if (n == length && !strncmp(c, value, n))
            return true;
        c += n + (c[n] == '|');
    }
    return false;
}

static bool set_flag(const as_opt *opt, const char *value, char *options, as_err *err)
{
    if (value)
        return as_fail(err, AS_EXIT_USAGE, "%s takes no value: leave '=%.40s' away", opt->name, value);
    *(bool *)(options + opt->at) = true;
    return true;
}

static bool set_value(const as_opt *opt, const char *value, char *options, as_err *err)
{
    if (!*value)
        return as_fail(err, AS_EXIT_USAGE, "%s has an empty value: give it one", opt->name);
    if (opt->choices && !is_choice(opt->choices, value))
        return as_fail(err, AS_EXIT_USAGE, "%s is one of %s, not '%.80s'", opt->name, opt->choices, value);
    const char **target = (const char **)(void *)(options + opt->at);
    if (opt->kind == AS_OPT_MANY) {
        size_t n = 0;
        while (target[n])
            n++;
        if (n == AS_OPT_MANY_MAX)
            return as_fail(err, AS_EXIT_USAGE, "%s is given more than %d times", opt->name, AS_OPT_MANY_MAX);
        target += n;
        target[1] = NULL;
    }
    *target = value;
    return true;
}

static bool check_count(const as_command *c, int count, as_err *err)
{
    if (count >= c->min && count <= c->max)
        return true;
    const char *what = count < c->min ? "too few arguments" : "too many arguments";
    if (c->min == c->max)
        return as_fail(err, AS_EXIT_USAGE, "%s: %d given, it takes %d; add --help to see how", what, count, c->min);
    return as_fail(err, AS_EXIT_USAGE, "%s: %d given, it takes %d to %d; add --help to see how", what, count, c->min,
                   c->max);
}

/* One option, its value perhaps in the next word. *at: its place in `arguments`, moved to the last word used. */
static bool parse_option(const as_command *c, const as_arguments *arguments, int *at, void *options, as_err *err)
{
    const char *value;
    const as_opt *opt = find_option(c->options, arguments->at[*at], &value);
    if (!opt)
        return unknown_option(c->options, arguments->at[*at], err);
    if (opt->kind == AS_OPT_FLAG)
        return set_flag(opt, value, options, err);
    if (!value && *at + 1 == arguments->count)
        return as_fail(err, AS_EXIT_USAGE, "%s needs a value%s%s", opt->name, opt->choices ? ": one of " : "",
                       opt->choices ? opt->choices : "");
    return set_value(opt, value ? value : arguments->at[++*at], options, err);
}

bool as_parse(const as_command *command, as_arguments *arguments, void *options, as_err *err)
{
    bool only_arguments = false; /* behind "--" */
    int kept = 0;
    for (int i = 0; i < arguments->count; i++) {
        char *word = arguments->at[i];
        if (only_arguments || word[0] != '-' || !word[1])
            arguments->at[kept++] = word;
        else if (!strcmp(word, "--"))
            only_arguments = true;
        else if (!parse_option(command, arguments, &i, options, err))
            return false;
    }
    arguments->count = kept;
    return check_count(command, kept, err);
}

bool as_option_share(const char *text, const char *option, double *out, as_err *err)
{
    uint64_t bytes = 0;
    double percent = -1;
    if (!text)
        return true;
    if (as_parse_size(text, &bytes, &percent) && percent > 0 && percent < 100)
        *out = percent / 100;
    else if (!as_parse_double(text, out) || !(*out > 0 && *out < 1))
        return as_fail(err, AS_EXIT_USAGE, "%s: '%.40s' is not a share: 5%% and 0.05 are", option, text);
    return true;
}

bool as_option_number(const char *text, const char *option, uint64_t min, uint64_t max, uint64_t *out, as_err *err)
{
    uint64_t value;
    if (!text)
        return true;
    if (!as_parse_count(text, &value) || value < min || value > max)
        return as_fail(err, AS_EXIT_USAGE, "%s is a whole number from %llu to %llu, not '%.40s'", option,
                       (unsigned long long)min, (unsigned long long)max, text);
    *out = value;
    return true;
}

bool as_option_count(const char *text, const char *option, uint64_t fallback, uint64_t *out, as_err *err)
{
    *out = fallback;
    if (!text || (as_parse_count(text, out) && *out > 0))
        return true;
    return as_fail(err, AS_EXIT_USAGE, "%s must be a whole number above 0 such as 512 or 8k, not '%.40s'", option,
                   text);
}
