/* main.c: finds the command, runs it, and prints what went wrong as one line.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "../base/suggest.h"
#include "cli.h"

static const as_command *find_command(const char *name)
{
    for (size_t i = 0; as_commands[i]; i++)
        if (!strcmp(as_commands[i]->name, name))
            return as_commands[i];
    return NULL;
}

static bool asks_for_help(const char *argument) { return !strcmp(argument, "--help") || !strcmp(argument, "-h"); }

static bool unknown_command(const char *name, as_err *err)
{
    as_nearest n = {.word = name};
    for (size_t i = 0; as_commands[i]; i++)
        if (as_commands[i]->order)
            as_nearest_try(&n, as_commands[i]->name);
    const char *close = as_nearest_close(&n);
    return as_fail(err, AS_EXIT_USAGE, "unknown command '%.80s': %s%s%s", name, close ? "did you mean '" : "see ",
                   close ? close : "'attnscope help", close ? "'?" : "'");
}

static as_exit print_page(const as_command *command, as_err *err)
{
    as_text out = {0};
    as_command_page(command, &out);
    return as_print_last(true, &out, err) ? AS_EXIT_OK : err->code;
}

static as_exit dispatch(int argc, char **argv, as_err *err)
{
    if (argc < 2) {
        as_fail(err, AS_EXIT_USAGE,
                "no command given: see 'attnscope help', or start with 'attnscope run configs/quick.yaml'");
        return err->code;
    }
    const char *name = asks_for_help(argv[1]) ? "help" : !strcmp(argv[1], "--version") ? "version" : argv[1];
    const as_command *command = find_command(name);
    if (!command) {
        unknown_command(name, err);
        return err->code;
    }
    for (int i = 2; i < argc && strcmp(argv[i], "--"); i++)
        if (asks_for_help(argv[i]))
            return print_page(command, err);
    return command->run(command, (as_arguments){argc - 2, argv + 2}, err);
}

int main(int argc, char **argv)
{
    as_err err = {0};
    as_exit code = dispatch(argc, argv, &err);
    if (fflush(stdout) != 0 && !err.text[0]) {
        as_fail(&err, AS_EXIT_ENVIRONMENT, "cannot write to standard output: is the disk full?");
        code = err.code;
    }
    if (err.text[0])
        fprintf(stderr, "attnscope: %s\n", err.text);
    return code;
}
