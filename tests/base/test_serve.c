/* test_serve.c: questions and answers, and each way in which a conversation ends.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/serve.h"

static bool read_word(const char *line, size_t length, uint64_t *calls)
{
    assert_int_equal(length, strlen(line));
    *calls = strcmp(line, "end") ? strtoull(line, NULL, 10) : 0;
    return *calls || !strcmp(line, "end");
}

static double take_calls(void *state, uint64_t calls)
{
    *(uint64_t *)state += calls;
    return 2.5 * (double)calls;
}

static void write_both(uint64_t calls, double wall_ns, as_text *out)
{
    as_text_add(out, "%llu:%.1f\n", (unsigned long long)calls, wall_ns);
}

static as_serve_end converse(const char *asked, int out, uint64_t *made, char question[48])
{
    FILE *in = fmemopen((void *)(uintptr_t)asked, strlen(asked), "r");
    const as_service service = {.in = in,
                                .out = out,
                                .read_question = read_word,
                                .time_calls = take_calls,
                                .write_answer = write_both,
                                .state = made};
    *made = 0;
    const as_serve_end end = as_serve(&service, question);
    fclose(in);
    return end;
}

static void each_question_has_its_answer(void **unused)
{
    (void)unused;
    static const struct {
        const char *asked, *answers, *question;
        uint64_t made;
        as_serve_end end;
    } rows[] = {
        {"1\n300\nend\n5\n", "1:2.5\n300:750.0\n", "end", 301, AS_SERVE_ENDED},
        {"7\n", "7:17.5\n", "7", 7, AS_SERVE_CLOSED},
        {"7", "7:17.5\n", "7", 7, AS_SERVE_CLOSED}, /* a last line without its end is one */
        {"2\nplay\n3\n", "2:5.0\n", "play", 2, AS_SERVE_REFUSED},
        {"\n", "", "", 0, AS_SERVE_REFUSED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int ends[2];
        char question[48], heard[200] = "";
        uint64_t made;
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(converse(rows[i].asked, ends[1], &made, question), rows[i].end);
        close(ends[1]);
        assert_true(read(ends[0], heard, sizeof heard - 1) >= 0);
        close(ends[0]);
        assert_string_equal(heard, rows[i].answers);
        assert_string_equal(question, rows[i].question);
        assert_int_equal(made, rows[i].made);
    }
}

static void an_answer_that_nobody_hears_ends_it(void **unused)
{
    (void)unused;
    int ends[2];
    char question[48];
    uint64_t made;
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(converse("1\n2\n", ends[1], &made, question), AS_SERVE_UNWRITABLE);
    assert_int_equal(errno, EPIPE);
    assert_int_equal(made, 1);
    close(ends[1]);
}

static void a_long_line_is_cut_in_its_echo(void **unused)
{
    (void)unused;
    char line[2000], question[48];
    uint64_t made;
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = 0;
    assert_int_equal(converse(line, -1, &made, question), AS_SERVE_REFUSED);
    assert_int_equal(strlen(question), 47);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_question_has_its_answer),
                                       cmocka_unit_test(an_answer_that_nobody_hears_ends_it),
                                       cmocka_unit_test(a_long_line_is_cut_in_its_echo)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
