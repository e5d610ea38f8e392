"""Does the checker find what it is there to find? Each rule against a small tree that breaks it, and one that does not."""

import pathlib
import tempfile
import unittest

import layers
import style
from tree import Tree

HEADER = "// Purpose.\n#pragma once\n"


class FakeTree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, path, text, mode=0o644):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def breaches(self, check):
        return list(check(Tree(self.root)))

    def assert_only_breach(self, check, place, words):
        breaches = self.breaches(check)
        self.assertEqual(len(breaches), 1, breaches)
        self.assertTrue(breaches[0].startswith(place + ": "), breaches[0])
        self.assertIn(words, breaches[0])


class Layers(FakeTree):
    def only(self, path, line, words):
        self.write(path, "// A file.\n" + line + "\n")
        self.assert_only_breach(layers.check, f"{path}:2", words)

    def fine(self, path, *lines):
        self.write(path, "// A file.\n" + "\n".join(lines) + "\n")
        self.assertEqual(self.breaches(layers.check), [])

    def test_the_table_itself(self):
        self.assertEqual(list(layers.check_table()), [])

    def test_a_higher_floor(self):
        self.only("engine/core/a.cc", '#include "engine/ports/clock.h"', "engine/core may include")

    def test_a_folder_of_the_same_floor_that_the_row_does_not_name(self):
        self.only("engine/sla/a.h", '#include "engine/core/case.h"', "engine/sla may include")

    def test_f4_from_f4(self):
        self.only("engine/store/a.cc", '#include "engine/log/log.h"', "engine/store may include")

    def test_a_connector_from_a_connector(self):
        self.only("connectors/http/a.cc", '#include "connectors/webhook/b.h"', "connectors/http may include")

    def test_a_connector_from_a_log(self):
        self.only("connectors/http/a.cc", '#include "engine/log/log.h"', "connectors/http may include")

    def test_a_sub_folder_belongs_to_its_folder(self):
        self.only("engine/core/expression/a.cc", '#include "engine/codec/json.h"', "engine/core may include")

    def test_an_include_with_blanks(self):
        self.only("engine/base/a.h", '  #  include "engine/core/case.h"', "engine/base may include")

    def test_the_code_from_the_tests(self):
        self.only("engine/core/a.cc", '#include "tests/support/clock.h"', "engine/core may include")

    def test_a_unit_test_from_a_higher_floor(self):
        self.only("engine/core/a_test.cc", '#include "engine/runtime/thread.h"', "engine/core may include")

    def test_the_code_from_a_header_for_tests(self):
        self.only("engine/core/a.cc", '#include "engine/core/b_for_test.h"', "is for tests")

    def test_an_unknown_folder(self):
        self.write("engine/magic/a.cc", "// A file.\n")
        self.assert_only_breach(layers.check, "engine/magic/a.cc:1", "add it")

    def test_an_unknown_folder_at_the_top(self):
        self.write("misc/a.cc", "// A file.\n")
        self.assert_only_breach(layers.check, "misc/a.cc:1", "add it")

    def test_an_include_that_does_not_start_at_the_root(self):
        self.only("engine/core/a.cc", '#include "case.h"', "from the root")

    def test_our_own_header_in_angle_brackets(self):
        self.only("engine/core/a.cc", "#include <engine/core/case.h>", "take quotes")

    def test_generated_protobuf_in_the_core(self):
        self.only("engine/core/a.cc", '#include "proto/rasti/v1/event.pb.h"', "engine/core may include")

    def test_generated_protobuf_in_a_log(self):
        self.only("engine/log/a.cc", '#include "proto/rasti/v1/event.pb.h"', "engine/log may include")

    def test_libraries_out_of_place(self):
        for path, header in (("engine/runtime/a.cc", "rocksdb/db.h"), ("engine/store/a.cc", "librdkafka/rdkafkacpp.h"),
                             ("engine/codec/a.cc", "CLI/CLI.hpp"), ("engine/core/a.cc", "google/protobuf/message.h"),
                             ("engine/core/a.cc", "gtest/gtest.h"), ("engine/core/a.cc", "spdlog/spdlog.h"),
                             ("engine/base/a.cc", "spdlog/spdlog.h"), ("engine/sla/a.cc", "thread"),
                             ("engine/audit/a.cc", "fstream"), ("engine/core/a.cc", "boost/asio/post.hpp")):
            with self.subTest(path=path, header=header):
                self.only(path, f"#include <{header}>", f"<{header}>")
                (self.root / path).unlink()

    def test_a_clock_in_the_core(self):
        self.only("engine/core/a.cc", "auto now = std::chrono::system_clock::now();", "is pure")

    def test_what_is_allowed(self):
        self.fine("engine/core/a.cc", '#include "engine/core/b.h"', '#include "engine/sla/calendar.h"', "#include <map>",
                  "// Never system_clock::now() here.", "auto random = time_of(x);")
        self.fine("engine/core/a_test.cc", "#include <gtest/gtest.h>", "#include <rapidcheck.h>",
                  '#include "tests/support/clock.h"')
        self.fine("engine/core/c_test.cc", '#include "engine/core/b_for_test.h"')
        self.fine("engine/core/b_for_test.h", "#include <rapidcheck.h>", "#include <fstream>")
        self.fine("engine/log/a.cc", "#include <rocksdb/db.h>", '#include "engine/ports/event_log.h"')
        self.fine("engine/codec/a.cc", '#include "proto/rasti/v1/event.pb.h"')
        self.fine("connectors/http/a.cc", '#include "connectors/http/b.h"', '#include "engine/client/client.h"')
        self.fine("tools/rasti/main.cc", "#include <CLI/CLI.hpp>", '#include "engine/log/embedded_event_log.h"')
        self.fine("tests/property/a_test.cc", '#include "engine/views/view.h"', '#include "tests/support/clock.h"')


class Style(FakeTree):
    def only(self, path, text, line, words, mode=0o644):
        self.write(path, text, mode)
        self.assert_only_breach(style.check, f"{path}:{line}", words)

    def test_a_long_file(self):
        self.only("engine/core/a.cc", "int i;\n" * 401, 401, "at most 400")

    def test_using_namespace_in_a_header(self):
        self.only("engine/core/a.h", HEADER + "using namespace std;\n", 3, "using namespace")

    def test_a_header_without_pragma(self):
        self.only("engine/core/a.h", "// Purpose.\n", 1, "#pragma once")

    def test_a_header_without_a_comment(self):
        self.only("engine/core/a.h", "#pragma once\n", 1, "opens with a comment")

    def test_std_regex(self):
        self.only("engine/core/a.cc", "std::regex r;\n", 1, "RE2")

    def test_a_sleep_in_a_test(self):
        self.only("tests/integration/a.cc", "std::this_thread::sleep_for(1s);\n", 1, "does not sleep")

    def test_a_sleep_in_a_unit_test(self):
        self.only("engine/runtime/a_test.cc", "usleep(5);\n", 1, "does not sleep")

    def test_a_swallowed_error(self):
        self.only("engine/core/a.cc", "try { f(); } catch (...) {}\n", 1, "swallowed")

    def test_unfinished_work(self):
        self.only("engine/core/a.cc", "// TO" "DO: later\n", 1, "unfinished")

    def test_a_disabled_test(self):
        self.only("engine/core/a_test.cc", "TEST(A, DIS" "ABLED_B) {}\n", 1, "unfinished")

    def test_a_path_of_one_machine(self):
        for folder in ("work", "home", "root"):
            self.only("README.md", f"Look into /{folder}/anna/rasti.\n", 1, "one machine")

    def test_blanks_and_the_last_newline(self):
        self.only("README.md", "Text. \n", 1, "blanks")
        self.only("README.md", "Text.", 1, "no newline")

    def test_a_test_that_is_in_no_program(self):
        self.write("tests/a/CMakeLists.txt", "rasti_test(a SOURCES b_test.cc c/d_test.cc)\n")
        self.write("tests/a/b_test.cc", "int i;\n")
        self.write("tests/a/c/d_test.cc", "int i;\n")
        self.only("tests/a/test.cc", "int i;\n", 1, "in no program")

    def test_scripts(self):
        good = "#!/usr/bin/env bash\n# Purpose.\nset -euo pipefail\n"
        self.only("tools/a.sh", good, 1, "not executable")
        self.only("tools/a.sh", "#!/usr/bin/env bash\n# Purpose.\n", 1, "pipefail", mode=0o755)
        self.only("tools/a.sh", "#!/usr/bin/env bash\nset -euo pipefail\n", 2, "opens with a comment", mode=0o755)
        self.write("tools/a.sh", good, mode=0o755)
        self.assertEqual(self.breaches(style.check), [])

    def test_what_is_allowed(self):
        self.write("engine/core/a.h", HEADER + "using std::string;\n")
        self.write("engine/core/a.cc", "int i;\n" * 400)
        self.write("engine/runtime/a.cc", "std::this_thread::sleep_for(1s);\n")
        self.write("tests/bench/a.cc", "std::this_thread::sleep_until(next);\n")
        self.write("tests/a_test.cc", "// Without a sleep_for(1s).\n")
        self.write("README.md", "See https://example.org/home/x, $HOME/work/, build/work/ and ~/home/.\n")
        self.write("build/generated/a.h", "using namespace std;\n")
        self.write("picture.png", "\0 \n")
        self.assertEqual(self.breaches(style.check), [])


if __name__ == "__main__":
    unittest.main()
