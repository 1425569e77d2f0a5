/* options.c: every command's arguments, parsed, rejected and explained alike.
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

/* The row of "--name" or "--name=value"; `value` points behind the '='. */
static const as_opt *row_of(const as_opt *opts, const char *argument, const char **value)
{
    size_t length = strcspn(argument, "=");
    *value = argument[length] ? argument + length + 1 : NULL;
    for (; opts->name; opts++)
        if (strlen(opts->name) == length && !strncmp(opts->name, argument, length))
            return opts;
    return NULL;
}

static bool unknown(const as_opt *opts, const char *argument, as_err *err)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(argument, "="), argument);
    as_nearest n = {.word = name};
    for (; opts->name; opts++)
        as_nearest_try(&n, opts->name);
    const char *close = as_nearest_close(&n);
    return as_fail(err, AS_EXIT_USAGE, "unknown option '%s': %s%s%s", name,
                   close ? "did you mean '" : "add --help to see all", close ? close : "", close ? "'?" : "");
}

/* Is `value` one of "a|b|c"? */
static bool among(const char *choices, const char *value)
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

static bool set_flag(const as_opt *opt, const char *value, as_err *err)
{
    if (value)
        return as_fail(err, AS_EXIT_USAGE, "%s takes no value: leave '=%.40s' away", opt->name, value);
    *(bool *)opt->target = true;
    return true;
}

static bool set_value(const as_opt *opt, const char *value, as_err *err)
{
    if (!*value)
        return as_fail(err, AS_EXIT_USAGE, "%s has an empty value: give it one", opt->name);
    if (opt->choices && !among(opt->choices, value))
        return as_fail(err, AS_EXIT_USAGE, "%s is one of %s, not '%.80s'", opt->name, opt->choices, value);
    const char **target = opt->target;
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

static bool check_rest(int rest, int min, int max, as_err *err)
{
    if (rest >= min && rest <= max)
        return true;
    const char *what = rest < min ? "too few arguments" : "too many arguments";
    if (min == max)
        return as_fail(err, AS_EXIT_USAGE, "%s: %d given, it takes %d; add --help to see how", what, rest, min);
    return as_fail(err, AS_EXIT_USAGE, "%s: %d given, it takes %d to %d; add --help to see how", what, rest, min, max);
}

bool as_options(int argc, char **argv, const as_opt *opts, int min, int max, int *rest, as_err *err)
{
    bool only_arguments = false; /* behind "--" */
    *rest = 0;
    for (int i = 0; i < argc; i++) {
        const char *value;
        if (only_arguments || argv[i][0] != '-' || !argv[i][1]) {
            argv[(*rest)++] = argv[i];
            continue;
        }
        if (!strcmp(argv[i], "--")) {
            only_arguments = true;
            continue;
        }
        const as_opt *opt = row_of(opts, argv[i], &value);
        if (!opt)
            return unknown(opts, argv[i], err);
        if (opt->kind == AS_OPT_FLAG) {
            if (!set_flag(opt, value, err))
                return false;
            continue;
        }
        if (!value && i + 1 == argc)
            return as_fail(err, AS_EXIT_USAGE, "%s needs a value%s%s", opt->name, opt->choices ? ": one of " : "",
                           opt->choices ? opt->choices : "");
        if (!set_value(opt, value ? value : argv[++i], err))
            return false;
    }
    return check_rest(*rest, min, max, err);
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
