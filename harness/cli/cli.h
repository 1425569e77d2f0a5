/* cli.h: the commands. A command is one file, cmd_NAME.c, that defines `const as_command as_command_NAME`; the table of
 * commands is generated. A command parses its arguments, calls an engine and prints. Its usage line and its help page
 * are made from its table of options. SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CLI_CLI_H
#define AS_CLI_CLI_H

#include <stddef.h>

#include "../base/err.h"
#include "../base/table.h"

typedef enum { AS_OPT_FLAG, AS_OPT_TEXT, AS_OPT_MANY } as_opt_kind;

#define AS_OPT_MANY_MAX 32

/* One option. Write rows with the macros below, which check the type of the target. */
typedef struct {
    const char *name; /* "--out" */
    as_opt_kind kind;
    size_t at;           /* offset of the target in the command's struct of options */
    const char *meta;    /* stands for the value in usage and help: "DIR"; NULL for a flag or where there are choices */
    const char *choices; /* "table|csv|json", or NULL for anything */
    const char *help;    /* one paragraph without line breaks; it is wrapped */
} as_opt;

#define AS_OPT_AT(type, member, target) _Generic(((type *)0)->member, target : offsetof(type, member))

/* The target is a bool. */
#define AS_FLAG(name, type, member, help)                                                                              \
    {                                                                                                                  \
        name, AS_OPT_FLAG, AS_OPT_AT(type, member, bool), NULL, NULL, help                                             \
    }
/* The target is a const char *: NULL or its default. */
#define AS_VALUE(name, type, member, meta, help)                                                                       \
    {                                                                                                                  \
        name, AS_OPT_TEXT, AS_OPT_AT(type, member, const char *), meta, NULL, help                                     \
    }
#define AS_CHOICE(name, type, member, choices, help)                                                                   \
    {                                                                                                                  \
        name, AS_OPT_TEXT, AS_OPT_AT(type, member, const char *), NULL, choices, help                                  \
    }
/* The target is a const char *[AS_OPT_MANY_MAX + 1], which ends with NULL. */
#define AS_REPEATED(name, type, member, meta, help)                                                                    \
    {                                                                                                                  \
        name, AS_OPT_MANY, AS_OPT_AT(type, member, const char **), meta, NULL, help                                    \
    }

/* The arguments behind a command's name. */
typedef struct {
    int count;
    char **at;
} as_arguments;

typedef struct as_command as_command;

struct as_command {
    const char *name;
    /* Arguments of the usage line: "CONFIG|--resume DIR". The options of the table follow by themselves, less those
     * that are named here. "" for none. */
    const char *arguments;
    const char *about;       /* one line */
    const char *description; /* before the options; NULL for none. '\n' ends a paragraph; paragraphs are wrapped */
    const as_opt *options;   /* ends with {0}; NULL for none */
    const char *notes;       /* behind the options, like `description` */
    const char *examples;    /* lines, printed as they are */
    int min, max;            /* arguments that are no options */
    int order;               /* place in `help`; 0: not shown */
    /* Returns the exit code; on bad usage or failure `err` holds the sentence, which main prints. */
    as_exit (*run)(const as_command *self, as_arguments arguments, as_err *err);
};

extern const as_command *const as_commands[]; /* ends with NULL */

/* Reads the options in `arguments` into the struct at `options`, which holds the defaults, and leaves the other
 * arguments in place. Accepts --name VALUE and --name=VALUE; "--" ends the options. false: an unknown option, a missing
 * value, a wrong choice, or not between min and max arguments. */
bool as_parse(const as_command *command, as_arguments *arguments, void *options, as_err *err);

/* A share such as 5% or 0.05, above 0 and below 1; NULL leaves *out as it is. */
bool as_option_share(const char *text, const char *option, double *out, as_err *err);

/* A whole number from `min` to `max`; NULL leaves *out as it is. */
bool as_option_number(const char *text, const char *option, uint64_t min, uint64_t max, uint64_t *out, as_err *err);

/* A length or count above 0 such as 512 or 8k; NULL gives `fallback`. */
bool as_option_count(const char *text, const char *option, uint64_t fallback, uint64_t *out, as_err *err);

/* The page that `help NAME` and `NAME --help` print. */
void as_command_page(const as_command *command, as_text *out);

/* Writes to standard output; false and an error when that fails (a full disk, a reader that left). */
bool as_print(const as_text *text, as_err *err);

/* Prints the text if `ok`, and frees it: how a command ends. */
bool as_print_last(bool ok, as_text *text, as_err *err);

/* The same for records, in a format "csv" or "json". */
bool as_print_records(const char *format, const as_schema *schema, const void *records, size_t count, as_err *err);

#endif
