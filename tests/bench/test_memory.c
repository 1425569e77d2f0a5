/* test_memory.c: where a kernel's arrays lie, and what their guards and pads notice.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/bench/memory.h"

/* Does touching `at` kill a process? */
static bool is_deadly(volatile char *at)
{
    int status = 0;
    const pid_t child = fork();
    if (!child) {
        signal(SIGSEGV, SIG_DFL);
        *at = 1;
        _exit(0);
    }
    waitpid(child, &status, 0);
    return WIFSIGNALED(status);
}

static void both_sides_are_guarded(void **state)
{
    (void)state;
    as_buffer b;
    assert_true(as_buffer_create(&b, 1000, 0, AS_BUFFER_AT_END));
    const size_t past = 1024; /* 1000 up to the next line */
    assert_int_equal((uintptr_t)b.data % 64, 0);
    assert_true(is_deadly(b.data + past));
    assert_true(is_deadly(b.map));
    assert_false(is_deadly(b.data + 999));
    as_buffer_free(&b);
    assert_null(b.map);
}

static void nothing_can_be_written_to_no_bytes(void **state)
{
    (void)state;
    as_buffer b;
    assert_true(as_buffer_create(&b, 0, 5, 0));
    assert_true(is_deadly(b.data));
    assert_true(as_buffer_intact(&b));
    as_buffer_free(&b);
    assert_false(as_buffer_create(&b, SIZE_MAX / 2 + 1, 0, 0));
}

static void lines_move_the_data(void **state)
{
    (void)state;
    as_buffer b, moved;
    assert_true(as_buffer_create(&b, 100, 0, 0) && as_buffer_create(&moved, 100, 3, 0));
    assert_int_equal((uintptr_t)b.data % as_page_bytes(), 0);
    assert_int_equal((uintptr_t)moved.data % as_page_bytes(), 3 * 64);
    for (int i = 0; i < 100; i++)
        assert_int_equal(moved.data[i], 0);
    as_buffer_free(&b);
    as_buffer_free(&moved);
}

static void writing_beside_is_seen(void **state)
{
    (void)state;
    for (int side = 0; side < 2; side++) {
        as_buffer b;
        assert_true(as_buffer_create(&b, 100, 1, 0));
        memset(b.data, 1, 100);
        assert_true(as_buffer_intact(&b));
        b.data[side ? 100 : -1] = 7;
        assert_false(as_buffer_intact(&b));
        as_buffer_free(&b);
    }
}

static void touched_pages_are_counted(void **state)
{
    (void)state;
    as_buffer b;
    const size_t page = as_page_bytes();
    assert_true(as_buffer_create(&b, 10 * page, 0, AS_BUFFER_UNTOUCHED | AS_BUFFER_NO_HUGE));
    assert_int_equal(as_buffer_touched(&b), 0);
    b.data[0] = b.data[5 * page] = 1;
    assert_int_equal(as_buffer_touched(&b), 2 * page);
    b.data[-1 + (ptrdiff_t)(10 * page)] = 1;
    assert_true(as_buffer_intact(&b)); /* its pads are not watched */
    as_buffer_free(&b);
}

static void protected_data_cannot_be_written(void **state)
{
    (void)state;
    as_buffer b;
    assert_true(as_buffer_create(&b, 100, 0, 0));
    assert_true(as_buffer_protect(&b, true));
    assert_true(is_deadly(b.data));
    assert_true(as_buffer_protect(&b, false));
    assert_false(is_deadly(b.data));
    b.data[3] = 4;
    as_buffer_evict(&b); /* out of the caches, not out of memory */
    assert_int_equal(b.data[3], 4);
    as_buffer_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_are_guarded),    cmocka_unit_test(nothing_can_be_written_to_no_bytes),
        cmocka_unit_test(lines_move_the_data),       cmocka_unit_test(writing_beside_is_seen),
        cmocka_unit_test(touched_pages_are_counted), cmocka_unit_test(protected_data_cannot_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
