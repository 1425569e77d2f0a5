/* cli.h: a command is one file, cmd_NAME.c, that defines `const as_command as_command_NAME`; the table is generated.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CLI_CLI_H
#define AS_CLI_CLI_H

#include "../base/err.h"
#include "../base/text.h"

typedef struct {
    const char *name;
    const char *usage; /* "run CONFIG [--out DIR] ..." */
    const char *about; /* one line */
    const char *help;  /* options and examples, many lines */
    /* Returns the exit code; on bad usage or failure `err` holds the sentence, which main prints. */
    as_exit (*run)(int argc, char **argv, as_err *err);
    int order; /* place in `help`; 0: not shown */
} as_command;

extern const as_command *const as_commands[]; /* ends with NULL */

/* The page that `help NAME` and `NAME --help` print. */
void as_command_page(const as_command *command, as_text *out);

/* Writes to standard output; false and an error when that fails (a full disk, a reader that left). */
bool as_print(const as_text *text, as_err *err);

/* Options: rows of a table that ends with {0}, so that every command parses, rejects and explains alike. */
typedef enum { AS_OPT_FLAG, AS_OPT_TEXT, AS_OPT_MANY } as_opt_kind;

#define AS_OPT_MANY_MAX 32

typedef struct {
    const char *name; /* "--out" */
    as_opt_kind kind;
    void *target;        /* bool *, const char **, const char *[AS_OPT_MANY_MAX + 1] */
    const char *choices; /* "table|csv|json", or NULL for anything */
} as_opt;

/* Fills targets; positional arguments are moved to argv[0..*rest-1] (argv[0] being the first argument after the
 * command's name). Accepts --name VALUE and --name=VALUE. false: unknown option, missing value, wrong choice, or not
 * between min and max positional arguments. */
bool as_options(int argc, char **argv, const as_opt *opts, int min, int max, int *rest, as_err *err);

/* A share such as 5% or 0.05, above 0 and below 1; NULL leaves *out as it is. */
bool as_option_share(const char *text, const char *option, double *out, as_err *err);

#endif
