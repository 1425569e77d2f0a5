/* test_parts.c: texts of others on the page are texts, and sentences have their marks.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/report/parts.h"

static void escaped(void **state)
{
    as_text out = {0};
    (void)state;
    as_html_text(&out, "<a href='x'>&\"\x01\n");
    assert_string_equal(out.data, "&lt;a href=&#39;x&#39;&gt;&amp;&quot;?\n");
    out.length = 0;
    as_html_formula(&out, "T^2 log<T^1.5");
    assert_string_equal(out.data, "T<sup>2</sup> log&lt;T<sup>1.5</sup>");
    out.length = 0;
    assert_true(as_html_shell(&out, "a'b"));
    assert_string_equal(out.data, "&#39;a&#39;\\&#39;&#39;b&#39;");
    assert_false(as_html_shell(&out, "a\x1b[0m"));
    assert_false(as_html_shell(&out, "\xc3\xa4"));
    as_text_free(&out);
}

static void sections(void **state)
{
    as_arena *arena = as_arena_create();
    as_section s = {.arena = arena, .question = "What?", .more = "2 more"};
    as_text out = {0};
    (void)state;
    as_report_section(&out, &s);
    assert_int_equal(out.length, 0);
    as_section_add(&s, AS_TONE_BAD, "ba<d")->about = "about&";
    as_section_say_curve(&s, "<K>", "causal");
    as_section_say_piece(&s, AS_PIECE_FORMULA, " T^2");
    as_report_section(&out, &s);
    assert_string_equal(out.data, "<h3>What?</h3>\n<ul class=\"said\">\n<li><span class=\"pill bad\">ba&lt;d</span> "
                                  "<code>&lt;K&gt;</code> on <code>causal</code> T<sup>2</sup> <span "
                                  "class=\"fixed\">about&amp;</span></li>\n</ul>\n<p class=\"meta\">2 more.</p>\n");
    out.length = 0;
    as_report_counts(&out, &s);
    assert_non_null(strstr(out.data, "<ul class=\"tiles\">\n<li><b>ba<d</b>"));
    as_text_free(&out);
    as_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escaped),
        cmocka_unit_test(sections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
