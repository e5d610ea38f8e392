#include "engine/core/expression/checker.h"

#include <gtest/gtest.h>

#include "engine/core/expression/expression.h"

namespace rasti::core::expression {
namespace {

Environment TestEnvironment() {
  const Type person = Type::Object({{"id", Type::String()},
                                    {"name", Type::String(), /*personal=*/true},
                                    {"address", Type::Object({{"street", Type::String()}}), /*personal=*/true}});
  const Type form = Type::Object({{"category", Type::String()},
                                  {"amount", Type::Double()},
                                  {"count", Type::Int()},
                                  {"note", Type::String(), false, /*optional=*/true},
                                  {"applicant", person},
                                  {"witnesses", Type::List(person)},
                                  {"tags", Type::List(Type::String())},
                                  {"loop", Type::Int()}});
  return {
      {"form", form},       {"now", Type::Timestamp()}, {"age", Type::Duration()}, {"numbers", Type::List(Type::Int())},
      {"any", Type::Dyn()}, {"flag", Type::Bool()}};
}

std::string ErrorOf(std::string_view source, const Type& wanted = Type::Dyn()) {
  const auto expression = Compile(source, TestEnvironment(), wanted);
  return expression ? "compiles" : expression.error().ToString();
}

std::string TypeOf(std::string_view source) {
  const auto expression = Compile(source, TestEnvironment(), Type::Dyn());
  return expression ? expression->type().ToString() : expression.error().ToString();
}

TEST(CheckerTest, InfersTypes) {
  EXPECT_EQ(TypeOf("1 + 2"), "int");
  EXPECT_EQ(TypeOf("form.amount * 2.0"), "double");
  EXPECT_EQ(TypeOf("form.category + '!'"), "string");
  EXPECT_EQ(TypeOf("now + age"), "timestamp");
  EXPECT_EQ(TypeOf("age + now"), "timestamp");
  EXPECT_EQ(TypeOf("now - now"), "duration");
  EXPECT_EQ(TypeOf("now - age"), "timestamp");
  EXPECT_EQ(TypeOf("[1, 2] + numbers"), "list(int)");
  EXPECT_EQ(TypeOf("[]"), "list(dyn)");
  EXPECT_EQ(TypeOf("[[1], []]"), "list(list(dyn))");
  EXPECT_EQ(TypeOf("numbers[0]"), "int");
  EXPECT_EQ(TypeOf("flag ? form.count : form.loop"), "int");
  EXPECT_EQ(TypeOf("flag ? any : 1"), "dyn");
  EXPECT_EQ(TypeOf("any.thing[1].more"), "dyn");
  EXPECT_EQ(TypeOf("any + 1"), "int");
  EXPECT_EQ(TypeOf("any + any"), "dyn");
  EXPECT_EQ(TypeOf("any.getHours()"), "int");
  EXPECT_EQ(TypeOf("size(any)"), "int");
  EXPECT_EQ(TypeOf("null"), "null");
  EXPECT_EQ(TypeOf("has(form.note)"), "bool");
  EXPECT_EQ(TypeOf("form.witnesses[0].id"), "string");
  EXPECT_EQ(TypeOf("numbers.all(n, numbers.exists(m, m > n))"), "bool");
  EXPECT_EQ(TypeOf("numbers.exists(form, form > 1)"), "bool") << "a macro's variable hides one of the environment";
}

TEST(CheckerTest, AcceptsComparisonsAcrossNumbersAndWithDyn) {
  for (const std::string_view source :
       {"1 == 1.0", "form.amount > 5", "form.count < 2.5", "form.amount in [1, 2]", "any == 1", "any == null",
        "null == null", "any < now", "true < false", "[1] == [1.0]", "form.category < 'b'"}) {
    EXPECT_EQ(ErrorOf(source, Type::Bool()), "compiles") << source;
  }
}

TEST(CheckerTest, SaysWhatIsWrongAndWhatWouldBeRight) {
  struct Case {
    std::string_view source;
    std::string_view error;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"form.catgory == 'a'", "1:6: unknown field 'catgory', did you mean 'category'?"},
           {"form.xyz == 'a'", "1:6: unknown field 'xyz'; 'form' has: 'category', 'amount'"},
           {"fom.category == 'a'", "1:1: unknown variable 'fom', did you mean 'form'?"},
           {"elephant", "1:1: unknown variable 'elephant'; known here: 'form', 'now'"},
           {"form.count == 'a'", "1:12: 'int' compared with 'string'"},
           {"now < '2026-01-01'", "1:5: 'timestamp' compared with 'string'; write timestamp("},
           {"age > 48", "'duration' compared with 'int'; write duration('48h')"},
           {"form.note == null", "'string' compared with 'null'; it is never null, has(...)"},
           {"form.category in [1]", "1:15: 'string' compared with 'int'"},
           {"'a' in form.category", "contains() looks in a string"},
           {"numbers < numbers", "'list(int)' have no order"},
           {"1 + 'a'", "1:3: 'int' + 'string': + takes two of"},
           {"form.amount * 2", "'double' * 'int': convert one of them with int() or double()"},
           {"1.5 % 2.0", "% takes two of int"},
           {"now + now", "'timestamp' + 'timestamp'"},
           {"age - now", "'duration' - 'timestamp'"},
           {"[1] + ['a']", "+ joins lists of one type: 'list(int)' and 'list(string)'"},
           {"[1, 'a']", "1:5: a list's elements are of one type: 'int' and 'string'"},
           {"flag ? 1 : 'a'", "1:12: ?: gives one type on both sides: 'int' and 'string'"},
           {"1 ? 2 : 3", "the condition before ? takes 'bool', this is 'int'"},
           {"flag && form.count", "1:14: && takes 'bool', this is 'int'"},
           {"!form.count", "! takes 'bool'"},
           {"!!form.count", "! takes 'bool'"},
           {"-'a'", "- before 'string'"},
           {"numbers['a']", "1:9: an index is 'int', this is 'string'"},
           {"form['category']", "a member is written a.b"},
           {"form.category.x", "'form.category' is 'string' and has no members such as 'x'"},
           {"form.category.startWith('a')", "unknown method 'startWith', did you mean 'startsWith'?"},
           {"form.category.startsWith(1)", "string.startsWith(int) does not exist; there is string.startsWith(string)"},
           {"startsWith('a', 'b')", "startsWith(string, string) does not exist; there is string.startsWith(string)"},
           {"numbers.map(n, n + 1)", "unknown method 'map'; there are: "},
           {"sise(numbers)", "unknown function 'sise', did you mean 'size'?"},
           {"size(1)", "size(int) does not exist; there is size(string), size(list)"},
           {"size()", "size() does not exist"},
           {"now.getHours('Europe/Belgrade')", "no time zone here"},
           {"has(form)", "has() takes one member"},
           {"has(form.noet)", "unknown field 'noet', did you mean 'note'?"},
           {"numbers.all(n)", "all() takes a name and a test"},
           {"numbers.all(1, true)", "all() takes a name and a test"},
           {"numbers.all(n, n)", "all() takes 'bool', this is 'int'"},
           {"form.exists(n, true)", "exists() goes through a list, this is 'object'"},
           {"numbers.all(n, n > 0) && n > 1", "unknown variable 'n'"},
           {"form.category.matches('[')", "1:23: no pattern of RE2: missing ]"},
           {"timestamp('2026-02-30T00:00:00Z') < now", "1:11: "},
           {"duration('48')", "'48' is no duration; one is written '1h30m'"},
           {"int('x')", "'x' is no int"},
           {"form.tags[0] == 1\n|| form.oops", "1:14: 'string' compared with 'int'"},
       }) {
    EXPECT_NE(ErrorOf(c.source).find(c.error), std::string::npos) << c.source << "\n  " << ErrorOf(c.source);
  }
}

TEST(CheckerTest, ChecksTheTypeWanted) {
  EXPECT_EQ(ErrorOf("form.count", Type::Bool()), "1:6: the expression gives 'int' where 'bool' is wanted");
  EXPECT_EQ(ErrorOf("form.tags", Type::List(Type::String())), "compiles");
  EXPECT_EQ(ErrorOf("form.tags", Type::List(Type::Int())),
            "1:6: the expression gives 'list(string)' where 'list(int)' is wanted");
  EXPECT_EQ(ErrorOf("any", Type::Bool()), "compiles") << "dyn is checked when evaluated";
}

TEST(CheckerTest, KeepsPersonalDataUnread) {
  for (const std::string_view source : {"form.applicant.name == 'Agim'",
                                        "form.applicant.address.street == 'a'",
                                        "size(form.applicant.name)",
                                        "form.applicant == form.applicant",
                                        "form == any",
                                        "form.applicant in form.witnesses",
                                        "form.witnesses.exists(w, w.name == 'Agim')",
                                        "form.witnesses[0].name.startsWith('A')",
                                        "has(form.applicant.address.street)",
                                        "form",
                                        "form.applicant",
                                        "form.witnesses",
                                        "[form]",
                                        "(flag ? form.applicant : any).name == 'a'",
                                        "[any, form.applicant][1].name == 'a'",
                                        "([] + form.witnesses)[0].name == 'a'",
                                        "(any + form.witnesses)[0].name == 'a'",
                                        "[[], form.witnesses][1][0].name == 'a'",
                                        "[form].exists(f, f.applicant.name == 'a')",
                                        "(flag ? form : form).applicant.name == 'a'"}) {
    EXPECT_NE(ErrorOf(source).find("guards may not read personal data"), std::string::npos)
        << source << "\n  " << ErrorOf(source);
  }
  EXPECT_EQ(
      ErrorOf("form.applicant.name == 'Agim'"),
      "1:16: guards may not read personal data: 'name' of 'form.applicant' is personal; has() may tell whether it "
      "is there");
  for (const std::string_view source :
       {"has(form.applicant.name)", "form.applicant.id == 'x'", "form.witnesses.exists(w, w.id == 'x')",
        "size(form.witnesses) > 1", "(flag ? form : form).applicant.id == 'a'"}) {
    EXPECT_EQ(ErrorOf(source), "compiles") << source;
  }
}

TEST(CheckerTest, KnowsWhatIsMentioned) {
  const auto expression = Compile("form.count > 1 && numbers.all(now, now > 1)", TestEnvironment(), Type::Bool());
  ASSERT_TRUE(expression.has_value());
  EXPECT_TRUE(expression->Mentions("form"));
  EXPECT_TRUE(expression->Mentions("numbers"));
  EXPECT_FALSE(expression->Mentions("now")) << "that one is the macro's";
  EXPECT_FALSE(expression->Mentions("count"));
  EXPECT_EQ(expression->source(), "form.count > 1 && numbers.all(now, now > 1)");
}

TEST(TypeTest, ComparesByShape) {
  EXPECT_EQ(Type::Object({{"a", Type::Int()}}), Type::Object({{"a", Type::Int()}}));
  EXPECT_NE(Type::Object({{"a", Type::Int()}}), Type::Object({{"a", Type::Int(), true}}));
  EXPECT_NE(Type::List(Type::Int()), Type::List(Type::Double()));
  EXPECT_TRUE(Type::List(Type::Object({{"a", Type::Int(), true}})).HoldsPersonal());
  EXPECT_FALSE(Type::List(Type::Int()).HoldsPersonal());
}

}  // namespace
}  // namespace rasti::core::expression
