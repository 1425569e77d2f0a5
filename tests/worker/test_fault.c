/* test_fault.c: a crash is explained by the latest row that holds its address, in one line, and still kills.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/worker/fault.h"
#include "harness/worker/protocol.h"

/* A child sets up its rows, touches `at` and dies; what it wrote is in `said`. The signal that killed it. */
static int crash(volatile char *at, void (*prepare)(char *page), char *page, char said[400])
{
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        as_fault_watch(ends[1]);
        prepare(page);
        *at = 1;
        _exit(0);
    }
    close(ends[1]);
    const ssize_t length = read(ends[0], said, 399);
    said[length > 0 ? length : 0] = 0;
    close(ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void no_rows(char *page) { (void)page; }

static void two_rows(char *page)
{
    as_fault_explain(page, 4096, "it touched the page");
    as_fault_explain(page, 64, "it touched the page's first line");
}

static void forgotten_rows(char *page)
{
    two_rows(page);
    as_fault_forget();
}

static void many_rows(char *page)
{
    for (int i = 0; i < 200; i++)
        as_fault_explain(page, 4096, i < 5 ? "early" : "late");
}

/* Sanitizers have handlers of their own, which are replaced here, too. */
static void crashes_are_explained(void **unused)
{
    (void)unused;
    char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const struct {
        volatile char *at;
        void (*prepare)(char *page);
        const char *text; /* NULL: nothing is said */
    } rows[] = {
        {page + 10, two_rows, "it touched the page's first line"},
        {page + 100, two_rows, "it touched the page"},
        {page + 100, forgotten_rows, NULL},
        {page + 100, many_rows, "late"},
        {(volatile char *)(uintptr_t)8, no_rows,
         "it used a null pointer; memory asked for beyond the limit is refused"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char said[400];
        as_answer note;
        as_err err = {0};
        as_arena *arena = as_arena_create();
        assert_int_equal(crash(rows[i].at, rows[i].prepare, page, said), SIGSEGV);
        if (!rows[i].text) {
            assert_string_equal(said, "");
        } else {
            assert_true(as_answer_read(said, strlen(said), arena, &note, &err));
            assert_int_equal(note.kind, AS_SAYS_NOTE);
            assert_string_equal(note.text, rows[i].text);
        }
        as_arena_free(arena);
    }
    munmap(page, 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(crashes_are_explained)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
