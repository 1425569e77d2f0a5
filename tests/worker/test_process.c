/* test_process.c: the handle of a worker, on programs that crash, hang, lie, break the protocol or speak an older one.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/clock.h"
#include "harness/worker/process.h"

#define RESULT                                                                                                         \
    "{\"says\":\"result\",\"body\":{\"status\":\"ok\",\"error_max\":1e-7,\"error_allowed\":1e-5,\"checked\":1}}"
#define READY "{\"says\":\"ready\",\"body\":{\"calls\":2,\"wall_ns\":3000}}"
#define STAGE "{\"says\":\"stage\",\"body\":\"in its check\"}"

static char program[] = "/tmp/test_process.XXXXXX";

static int make_program(void **unused)
{
    (void)unused;
    const int fd = mkstemp(program);
    return fd < 0 ? -1 : close(fd);
}

static int remove_program(void **unused)
{
    (void)unused;
    return unlink(program);
}

/* A program that reads its request and does what `script` says. A new file each time: the one before may still run. */
static const char *fake_program(const char *script)
{
    char fresh[sizeof program + 4];
    snprintf(fresh, sizeof fresh, "%s.new", program);
    FILE *file = fopen(fresh, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\nread -r request\n%s\n", script);
    fclose(file);
    assert_int_equal(chmod(fresh, 0700), 0);
    assert_int_equal(rename(fresh, program), 0);
    return program;
}

static as_process *start(const char *script, as_mode mode, double timeout_s, const volatile sig_atomic_t *stop)
{
    const as_process_setup setup = {
        .program = fake_program(script), .mode = mode, .cpu = -1, .timeout_s = timeout_s, .stop = stop};
    return as_process_start(&setup);
}

static void bad_ends_are_reasons(void **unused)
{
    (void)unused;
    static const struct {
        const char *script, *why;
        as_process_state state;
    } rows[] = {
        {"exit 3", "ended by itself with exit code 3 before it said anything, without a result", AS_PROCESS_GONE},
        {"echo '" STAGE "'; echo oops >&2; kill -SEGV $$", "killed by SIGSEGV in its check: its last words: oops",
         AS_PROCESS_GONE},
        {"echo '{\"says\":\"note\",\"body\":\"it did that\"}'; echo oops >&2; kill -KILL $$",
         "killed by SIGKILL before it said anything: it did that", AS_PROCESS_GONE},
        {"echo '" STAGE "'; sleep 30", "gave no answer for 0.5 s in its check", AS_PROCESS_LATE},
        {"echo nonsense; sleep 30", "broke the protocol: a line that is no answer", AS_PROCESS_BROKE},
        {"echo '" READY "'; sleep 30", "broke the protocol: an answer to nothing that was asked", AS_PROCESS_BROKE},
        {"head -c 3000000 /dev/zero | tr '\\0' x; sleep 30", "broke the protocol: a line without end",
         AS_PROCESS_BROKE},
        {"exec >&- 2>&-; sleep 30", "closed its answers and lives on before it said anything", AS_PROCESS_BROKE},
        {"echo '{\"says\":\"result\",\"body\":{\"status\":\"failed\",\"reason\":\"wrong\"}}'", "wrong",
         AS_PROCESS_BROKE},
        {"echo '{\"says\":\"result\",\"body\":{\"status\":\"ok\"}}'", "said ok without a passed check",
         AS_PROCESS_BROKE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        as_result result;
        as_process *p = start(rows[i].script, AS_MODE_CHECK, i == 3 ? 0.5 : 20, NULL);
        assert_false(as_process_result(p, true, &result));
        if (strcmp(as_process_why(p), rows[i].why))
            fail_msg("%s: '%s', not '%s'", rows[i].script, as_process_why(p), rows[i].why);
        assert_int_equal(as_process_state_of(p), rows[i].state);
        assert_false(as_process_result(p, false, &result)); /* a reason stays */
        as_process_free(p);
    }
}

static void a_result_is_believed_when_it_was_checked(void **unused)
{
    (void)unused;
    as_result result;
    as_process *p = start("echo '" STAGE "'; echo '" RESULT "'", AS_MODE_CHECK, 20, NULL);
    assert_true(as_process_result(p, true, &result));
    assert_string_equal(result.status, "ok");
    assert_string_equal(as_process_stage(p, "?"), "in its check");
    assert_true(as_process_ended_well(p));
    assert_string_equal(as_process_why(p), "");
    as_process_free(p);
    p = start("echo '" RESULT "'; exit 5", AS_MODE_COUNT, 20, NULL);
    assert_true(as_process_result(p, false, &result));
    assert_false(as_process_ended_well(p));
    assert_string_equal(as_process_why(p), "ended badly after its last answer");
    as_process_free(p);
}

/* A pipe that a grandchild holds does not hide that the worker is gone; and nothing that it started survives. */
static void a_process_left_behind_is_not_waited_for(void **unused)
{
    (void)unused;
    as_result result;
    const uint64_t from = as_wall_ns();
    as_process *p = start("sleep 60 & exit 0", AS_MODE_CHECK, 30, NULL);
    assert_false(as_process_result(p, true, &result));
    assert_int_equal(as_process_state_of(p), AS_PROCESS_GONE);
    as_process_free(p);
    assert_true(as_wall_ns() - from < 10000000000u);
}

static void turns_are_held_against_the_clock(void **unused)
{
    (void)unused;
    static const struct {
        const char *answer, *why; /* NULL: believed */
    } rows[] = {
        {"{\"says\":\"turn\",\"body\":{\"calls\":5,\"wall_ns\":1000}}", NULL},
        {"{\"says\":\"turn\",\"body\":{\"calls\":5,\"wall_ns\":1e15}}", "reported a wall time that has not passed"},
        {"{\"says\":\"turn\",\"body\":{\"calls\":4,\"wall_ns\":1000}}",
         "broke the protocol: 4 calls where 5 were asked for"},
        {"{\"says\":\"turn\",\"body\":{\"calls\":5,\"wall_ns\":0}}",
         "broke the protocol: a turn without calls or without a time"},
        {RESULT, "ended before it was told to"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char script[800];
        double call_ns, wall_ns;
        as_result result;
        snprintf(script, sizeof script,
                 "echo '" READY "'\nread -r q; case $q in '{\"ask\":\"turn\",\"calls\":5}') echo '%s';; esac\n"
                 "read -r q; case $q in '{\"ask\":\"end\"}') echo '" RESULT "';; esac",
                 rows[i].answer);
        as_process *p = start(script, AS_MODE_TURNS, 20, NULL);
        assert_true(as_process_ready(p, &call_ns));
        assert_true(call_ns == 1500);
        assert_int_equal(as_process_turn(p, 5, &wall_ns), rows[i].why == NULL);
        assert_string_equal(as_process_why(p), rows[i].why ? rows[i].why : "");
        assert_int_equal(as_process_end(p, &result), rows[i].why == NULL);
        assert_true(rows[i].why || (wall_ns == 1000 && result.checked == 1));
        as_process_free(p);
    }
}

static void an_interrupt_is_no_answer(void **unused)
{
    (void)unused;
    const volatile sig_atomic_t stop = 1;
    as_result result;
    as_process *p = start("sleep 30", AS_MODE_CHECK, 60, &stop);
    assert_false(as_process_result(p, true, &result));
    assert_int_equal(as_process_state_of(p), AS_PROCESS_INTERRUPTED);
    as_process_free(p);
}

static void what_cannot_be_started_says_so(void **unused)
{
    (void)unused;
    const as_process_setup setup = {.program = "/nowhere/attnscope", .mode = AS_MODE_CHECK, .cpu = -1};
    as_result result;
    as_process *p = as_process_start(&setup);
    assert_int_equal(as_process_state_of(p), AS_PROCESS_ABSENT);
    assert_string_equal(as_process_why(p), "cannot be started: No such file or directory");
    assert_false(as_process_result(p, true, &result));
    as_process_free(p);
}

/* --- hello ------------------------------------------------------------------------------------------------------- */

#define HELLO(range)                                                                                                   \
    "echo '{\"says\":\"hello\",\"body\":{" range ",\"version\":\"1\",\"commit\":\"c\",\"kernels\":[\"a/b\"]}}'"

static void hellos_agree_on_a_protocol(void **unused)
{
    (void)unused;
    static const struct {
        const char *script;
        uint64_t protocol; /* 0: none */
        const char *why;
    } rows[] = {
        {HELLO("\"protocol\":5"), 5, NULL},
        {HELLO("\"protocol\":9,\"protocol_min\":5"), 5, NULL},
        {HELLO("\"protocol\":9,\"protocol_min\":6"), 0, "speaks protocol 9, this program speaks 5: rebuild the older"},
        {HELLO("\"protocol\":3"), 0, "speaks protocol 3, this program speaks 5"},
        /* A program of 0.1 refuses protocol 5, and is asked again in 4. */
        {"case $request in *'\"protocol\":4'*'\"mode\":1'*) " HELLO(
             "\"protocol\":4") ";;\n"
                               "*) echo 'attnscope: worker: speaks protocol 4, was asked in 5: rebuild both sides' "
                               ">&2; exit 2;; esac",
         4, NULL},
        {"echo 'attnscope: worker: speaks protocol 2, was asked in 5: rebuild both sides' >&2; exit 2", 0,
         "a build with another protocol than this program's 5"},
        {"exit 0", 0, "does not answer as an attnscope: ended by itself"},
        {"echo '" RESULT "'", 0, "does not answer as an attnscope: it answers something else than a hello"},
        {"echo '{\"says\":\"result\",\"body\":{\"status\":\"failed\",\"reason\":\"plug-in: no\"}}'", 0, "plug-in: no"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        as_arena *arena = as_arena_create();
        as_hello hello;
        as_err err = {0};
        const bool ok = as_process_hello(fake_program(rows[i].script), NULL, arena, &hello, &err);
        if (ok != (rows[i].protocol != 0) || (!ok && !strstr(err.text, rows[i].why)))
            fail_msg("%s: '%s', not '%s'", rows[i].script, err.text, rows[i].why);
        if (ok) {
            assert_int_equal(hello.protocol, rows[i].protocol);
            assert_string_equal(hello.kernels[0], "a/b");
            assert_string_equal(err.text, "");
        }
        as_arena_free(arena);
    }
}

/* --- our own worker ---------------------------------------------------------------------------------------------- */

static void our_worker_describes_or_refuses(void **unused)
{
    (void)unused;
    const char *const attnscope = getenv("ATTNSCOPE");
    as_case row;
    as_result result;
    if (!attnscope)
        skip();
    as_record_clear(&as_case_schema, &row);
    row.kernel = "attention/naive";
    row.pattern = "causal";
    row.isa = "scalar";
    row.dtype = "f32";
    row.cache = "warm";
    row.batch = row.threads = 1;
    row.heads = row.kv_heads = 2;
    row.length = row.context = 8;
    row.head_dim = 4;
    row.width = 8;
    as_process_setup setup = {.program = attnscope, .mode = AS_MODE_DESCRIBE, .row = &row, .cpu = -1, .timeout_s = 20};
    as_process *p = as_process_start(&setup);
    if (!as_process_result(p, false, &result))
        fail_msg("%s", as_process_why(p));
    assert_int_equal(result.edges, 2 * 36);
    assert_true(result.flops_executed != AS_NO_COUNT && result.checked == 0 && isnan(result.error_max));
    as_process_free(p);
    row.kv_heads = 3;
    p = as_process_start(&setup);
    assert_false(as_process_result(p, false, &result));
    assert_true(as_process_why(p)[0]);
    as_process_free(p);
    as_arena *arena = as_arena_create();
    as_hello hello;
    as_err err = {0};
    assert_true(as_process_hello(attnscope, NULL, arena, &hello, &err));
    assert_int_equal(hello.protocol, AS_PROTOCOL);
    assert_string_equal(hello.name, "attnscope");
    assert_non_null(strstr(hello.library, "OpenBLAS"));
    assert_non_null(hello.kernels[0]);
    as_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_ends_are_reasons),
        cmocka_unit_test(a_result_is_believed_when_it_was_checked),
        cmocka_unit_test(a_process_left_behind_is_not_waited_for),
        cmocka_unit_test(turns_are_held_against_the_clock),
        cmocka_unit_test(an_interrupt_is_no_answer),
        cmocka_unit_test(what_cannot_be_started_says_so),
        cmocka_unit_test(hellos_agree_on_a_protocol),
        cmocka_unit_test(our_worker_describes_or_refuses),
    };
    return cmocka_run_group_tests(tests, make_program, remove_program);
}
