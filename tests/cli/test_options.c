/* test_options.c: arguments by a table of options, and the help page made from it; the pages of all commands.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/cli/cli.h"

typedef struct {
    bool loud;
    const char *out, *format, *files[AS_OPT_MANY_MAX + 1];
} sample_options;

static const as_opt options[] = {
    AS_VALUE("--out", sample_options, out, "DIR", "where it goes"),
    AS_CHOICE("--format", sample_options, format, "table|csv", "how it looks"),
    AS_REPEATED("--file", sample_options, files, "FILE", "what it reads"),
    AS_FLAG(
        "--loud", sample_options, loud,
        "a text that is so long that it does not fit into one line of the page, not even when that line is as wide as "
        "this one is"),
    {0},
};

static const as_command sample = {
    .name = "sample",
    .arguments = "A [B] --out DIR",
    .about = "a command for this test",
    .description = "First paragraph.\nSecond paragraph.",
    .options = options,
    .notes = "A note.",
    .examples = "  attnscope sample a\n",
    .min = 1,
    .max = 2,
};

/* `line` is split at blanks; one empty word is written as ''. */
static bool parse(const char *line, sample_options *o, as_arguments *arguments, as_err *err)
{
    static char copy[2000], *at[200];
    snprintf(copy, sizeof copy, "%s", line);
    *arguments = (as_arguments){0, at};
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        at[arguments->count++] = strcmp(word, "''") ? word : word + 2;
    *o = (sample_options){.format = "table"};
    *err = (as_err){0};
    return as_parse(&sample, arguments, o, err);
}

static void options_and_arguments_mix(void **unused)
{
    (void)unused;
    sample_options o;
    as_arguments arguments;
    as_err err;
    assert_true(parse("--out here a --file=1 --loud --file 2 b", &o, &arguments, &err));
    assert_int_equal(arguments.count, 2);
    assert_string_equal(arguments.at[0], "a");
    assert_string_equal(arguments.at[1], "b");
    assert_string_equal(o.out, "here");
    assert_true(o.loud);
    assert_string_equal(o.files[0], "1");
    assert_string_equal(o.files[1], "2");
    assert_null(o.files[2]);
    assert_string_equal(o.format, "table");
    assert_true(parse("-- --loud", &o, &arguments, &err));
    assert_false(o.loud);
    assert_string_equal(arguments.at[0], "--loud");
    assert_true(parse("-", &o, &arguments, &err)); /* an argument */
    assert_true(parse("a --out --loud", &o, &arguments, &err));
    assert_string_equal(o.out, "--loud");
}

static void mistakes_are_explained(void **unused)
{
    (void)unused;
    static const struct {
        const char *line, *error;
    } mistakes[] = {
        {"", "too few arguments: 0 given, it takes 1 to 2; add --help to see how"},
        {"a b c", "too many arguments: 3 given, it takes 1 to 2; add --help to see how"},
        {"a --lod", "unknown option '--lod': did you mean '--loud'?"},
        {"a --zzzzzzzz=1", "unknown option '--zzzzzzzz': add --help to see all"},
        {"a --loud=yes", "--loud takes no value: leave '=yes' away"},
        {"a --out", "--out needs a value"},
        {"a --format", "--format needs a value: one of table|csv"},
        {"a --out=", "--out has an empty value: give it one"},
        {"a --out ''", "--out has an empty value: give it one"},
        {"a --format=cs", "--format is one of table|csv, not 'cs'"},
    };
    sample_options o;
    as_arguments arguments;
    as_err err;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        assert_false(parse(mistakes[i].line, &o, &arguments, &err));
        assert_int_equal(err.code, AS_EXIT_USAGE);
        assert_string_equal(err.text, mistakes[i].error);
    }
    char many[2000] = "a";
    for (size_t i = 0; i <= AS_OPT_MANY_MAX; i++)
        strcat(many, " --file f");
    assert_false(parse(many, &o, &arguments, &err));
    assert_string_equal(err.text, "--file is given more than 32 times");
}

static void values_are_read(void **unused)
{
    (void)unused;
    double share = 0.5;
    uint64_t number = 9;
    as_err err = {0};
    assert_true(as_option_share(NULL, "--s", &share, &err) && share == 0.5);
    assert_true(as_option_share("5%", "--s", &share, &err) && share == 0.05);
    assert_true(as_option_share("0.25", "--s", &share, &err) && share == 0.25);
    static const char *const no_shares[] = {"0", "1", "0%", "100%", "-0.1", "x", "5MiB"};
    for (size_t i = 0; i < sizeof no_shares / sizeof *no_shares; i++)
        assert_false(as_option_share(no_shares[i], "--s", &share, &err));
    assert_true(as_option_number(NULL, "--n", 1, 8, &number, &err) && number == 9);
    assert_true(as_option_number("8", "--n", 1, 8, &number, &err) && number == 8);
    assert_false(as_option_number("0", "--n", 1, 8, &number, &err));
    assert_false(as_option_number("9", "--n", 1, 8, &number, &err));
    assert_string_equal(err.text, "--n is a whole number from 1 to 8, not '9'");
    assert_int_equal(number, 8);
    assert_true(as_option_count(NULL, "--c", 7, &number, &err) && number == 7);
    assert_true(as_option_count("2k", "--c", 7, &number, &err) && number == 2048);
    assert_false(as_option_count("0", "--c", 7, &number, &err));
}

static void a_page_is_made_from_the_table(void **unused)
{
    (void)unused;
    as_text page = {0};
    as_command_page(&sample, &page);
    assert_string_equal(page.data,
                        "usage: attnscope sample A [B] --out DIR [--format table|csv] [--file FILE]... [--loud]\n"
                        "\n"
                        "a command for this test\n"
                        "\n"
                        "First paragraph.\n"
                        "Second paragraph.\n"
                        "\n"
                        "Options:\n"
                        "  --out DIR           where it goes\n"
                        "  --format table|csv  how it looks\n"
                        "  --file FILE         what it reads (repeatable)\n"
                        "  --loud              a text that is so long that it does not fit into one line of the page, "
                        "not\n"
                        "                      even when that line is as wide as this one is\n"
                        "\n"
                        "A note.\n"
                        "\n"
                        "Examples:\n"
                        "  attnscope sample a\n");
    as_text_free(&page);
}

/* Every command teaches by an example, explains every option, and stays within 100 columns. */
static void every_page_is_complete(void **unused)
{
    (void)unused;
    size_t seen = 0;
    for (size_t i = 0; as_commands[i]; i++) {
        const as_command *c = as_commands[i];
        as_text page = {0};
        char text[200];
        as_command_page(c, &page);
        snprintf(text, sizeof text, "attnscope %s", c->name);
        assert_memory_equal(page.data, "usage: ", 7);
        assert_true(!c->order || (c->examples && strstr(c->examples, text)));
        for (const as_opt *o = c->options; o && o->name; o++, seen++) {
            assert_non_null(o->help);
            assert_true(o->kind == AS_OPT_FLAG || o->meta || o->choices);
            snprintf(text, sizeof text, "\n  %s", o->name);
            const char *row = strstr(page.data, text), *usage = strstr(page.data, o->name);
            assert_non_null(row);
            assert_true(usage < strstr(page.data, "\n\n")); /* in the usage, too */
        }
        const char *end = c->examples ? strstr(page.data, "\nExamples:") : page.data + page.length;
        for (const char *line = strstr(page.data, "\n\n"); line && line < end; line = strchr(line + 1, '\n'))
            assert_true(strcspn(line + 1, "\n") <= 100);
        as_text_free(&page);
    }
    assert_true(seen > 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_arguments_mix), cmocka_unit_test(mistakes_are_explained),
        cmocka_unit_test(values_are_read),           cmocka_unit_test(a_page_is_made_from_the_table),
        cmocka_unit_test(every_page_is_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
