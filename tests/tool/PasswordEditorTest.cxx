#include "tool/passwd/PasswordEditor.hxx"
#include "common/PasswordFile.hxx"
#include "tool/ToolError.hxx"

#include <gtest/gtest.h>

#include <set>

using namespace netsane;

namespace {

const std::string des = "ABRCL9ijBr2LY"; // of "password"
const std::string other_des = "rNQkT5a2JYPrE";
const std::string sha = "$6$rounds=1000$netsanetest$iClfDa3a4YOWtK5dKreEjbeezzyvBOsbUjYf.WqvaawXoI219UC3d/"
                        "M4mC5MRfHYUyXTb91ktKZqwkMnrRrGA.";
const std::string secret(43, 's');
const std::string secret_line = "#secret:" + secret + "\n";
const std::string new_secret(43, 'n');

// Comments, blanks, odd order: nothing of it may change.
const std::string head = "# who may scan\r\n" + secret_line + "\n  \t\nzoe:" + sha + "\n";
const std::string tail = "#\xff not:alice\nbob:!" + des + "\ncarol:*\n\n# end";

std::string text(const SecretText &secret_text)
{
    return std::string(secret_text.view());
}

template<typename Function>
ExitCode codeOf(Function function)
{
    try {
        function();
        return ExitCode::done;
    } catch (const ToolError &error) {
        return error.code();
    }
}

} // namespace

TEST(PasswordEditor, BeginsAFileWithItsSecret)
{
    const PasswordEditor editor("");
    EXPECT_FALSE(editor.hasSecret());
    EXPECT_TRUE(editor.users().empty());
    EXPECT_EQ(text(editor.withPassword("alice", sha, secret)), secret_line + "alice:" + sha + "\n");
}

TEST(PasswordEditor, AddsAtTheEndAndKeepsEveryOtherByte)
{
    const std::string before = head + tail;
    const PasswordEditor editor(before);
    EXPECT_TRUE(editor.hasSecret());
    EXPECT_EQ(text(editor.withPassword("alice", des, new_secret)), before + "\nalice:" + des + "\n")
        << "an open last line is ended first";
    const std::string closed = before + "\n";
    EXPECT_EQ(text(PasswordEditor(closed).withPassword("alice", des, new_secret)), closed + "alice:" + des + "\n");
}

TEST(PasswordEditor, ChangesAUserInPlace)
{
    const std::string before = head + "alice:" + des + "\n" + tail;
    EXPECT_EQ(text(PasswordEditor(before).withPassword("alice", sha, new_secret)), head + "alice:" + sha + "\n" + tail);
    const std::string last = secret_line + "alice:" + des;
    EXPECT_EQ(text(PasswordEditor(last).withPassword("alice", sha, new_secret)), secret_line + "alice:" + sha);
}

TEST(PasswordEditor, TakesNoNameForAPartOfAnother)
{
    const std::string before = secret_line + "alice2:" + des + "\nal:" + des + "\n";
    const PasswordEditor editor(before);
    EXPECT_FALSE(editor.find("alice"));
    EXPECT_FALSE(editor.find("#secret"));
    EXPECT_EQ(text(editor.withPassword("alice", sha, new_secret)), before + "alice:" + sha + "\n");
}

TEST(PasswordEditor, DeletesAUserWithHisLine)
{
    const std::string before = head + "alice:" + des + "\n" + tail;
    EXPECT_EQ(text(PasswordEditor(before).withoutUser("alice", new_secret)), head + tail);
    const std::string last = secret_line + "zoe:" + sha + "\nalice:" + des;
    EXPECT_EQ(text(PasswordEditor(last).withoutUser("alice", new_secret)), secret_line + "zoe:" + sha + "\n");
}

TEST(PasswordEditor, GivesAFileWithoutSecretOneWithAnyChange)
{
    const std::string before = "# mine\nalice:" + des + "\nzoe:" + sha + "\n";
    const PasswordEditor editor(before);
    EXPECT_FALSE(editor.hasSecret());
    const std::string mark = "#secret:" + new_secret + "\n";
    EXPECT_EQ(text(editor.withPassword("alice", other_des, new_secret)),
              mark + "# mine\nalice:" + other_des + "\nzoe:" + sha + "\n");
    EXPECT_EQ(text(editor.withoutUser("zoe", new_secret)), mark + "# mine\nalice:" + des + "\n");
    EXPECT_EQ(text(editor.withLock("zoe", true, new_secret)), mark + "# mine\nalice:" + des + "\nzoe:!" + sha + "\n");
}

TEST(PasswordEditor, LocksAndUnlocks)
{
    const std::string open = secret_line + "alice:" + des + "\n";
    const std::string locked = secret_line + "alice:!" + des + "\n";
    EXPECT_EQ(text(PasswordEditor(open).withLock("alice", true, "")), locked);
    EXPECT_EQ(text(PasswordEditor(locked).withLock("alice", true, "")), locked);
    EXPECT_EQ(text(PasswordEditor(locked).withLock("alice", false, "")), open);
    EXPECT_EQ(text(PasswordEditor(open).withLock("alice", false, "")), open);
    const std::string twice = secret_line + "alice:!*!" + des + "\n";
    EXPECT_EQ(text(PasswordEditor(twice).withLock("alice", false, "")), open);
}

TEST(PasswordEditor, KeepsALockedUserLocked)
{
    const std::string locked = secret_line + "alice:*" + des + "\nbob:!\n";
    const PasswordEditor editor(locked);
    EXPECT_TRUE(editor.find("alice")->locked);
    EXPECT_EQ(editor.find("alice")->stored, des);
    EXPECT_EQ(editor.find("bob")->stored, "");
    EXPECT_EQ(text(editor.withPassword("alice", sha, "")), secret_line + "alice:!" + sha + "\nbob:!\n");
    EXPECT_EQ(text(editor.withPassword("bob", sha, "")), secret_line + "alice:*" + des + "\nbob:!" + sha + "\n");
}

TEST(PasswordEditor, UnlocksNobodyWithoutAPassword)
{
    for (const std::string stored : {"!", "*", "!!", "*LK*", "!locked"}) {
        const std::string before = secret_line + "alice:" + stored + "\n";
        EXPECT_EQ(codeOf([&] { PasswordEditor(before).withLock("alice", false, ""); }), ExitCode::failed) << stored;
    }
}

TEST(PasswordEditor, KnowsWhoIsNotThere)
{
    const std::string before = secret_line + "alice:" + des + "\n";
    const PasswordEditor editor(before);
    EXPECT_EQ(codeOf([&] { editor.withoutUser("bob", ""); }), ExitCode::no_user);
    EXPECT_EQ(codeOf([&] { editor.withLock("bob", true, ""); }), ExitCode::no_user);
    EXPECT_EQ(codeOf([&] { editor.withoutUser("", ""); }), ExitCode::no_user);
    EXPECT_EQ(codeOf([&] { PasswordEditor("").withoutUser("alice", secret); }), ExitCode::no_user);
}

TEST(PasswordEditor, WritesNoNameThatCannotBe)
{
    const PasswordEditor editor(secret_line);
    for (const std::string name : {"", "a:b", "a\nroot", "#x", "@staff", "anonymous"})
        EXPECT_EQ(codeOf([&] { editor.withPassword(name, des, ""); }), ExitCode::usage) << name;
}

TEST(PasswordEditor, WritesNoStoredFormThatTheMethodsWouldRefuse)
{
    const PasswordEditor editor(secret_line);
    for (const std::string stored : {"", "secret", "a:b"})
        EXPECT_THROW(editor.withPassword("alice", stored, ""), PasswordFileError) << stored;
    EXPECT_THROW(editor.withPassword("alice", "$6$\nroot:" + des, ""), std::invalid_argument);
}

TEST(PasswordEditor, RefusesAFileThatTheMethodsRefuse)
{
    for (const std::string &line :
         {std::string("alice"), std::string("alice:"), ":" + des, std::string("alice:secret"), "alice:" + des + ":0"}) {
        const std::string before = secret_line + line + "\n";
        try {
            PasswordEditor editor(before);
            ADD_FAILURE() << line;
        } catch (const PasswordFileError &error) {
            EXPECT_TRUE(std::string(error.what()).starts_with("line 2: ")) << error.what();
        }
    }
}

TEST(PasswordEditor, RefusesAFileWithABadSecret)
{
    for (const std::string secrets : {"#secret:short\n", "#secret:\n"})
        EXPECT_THROW(PasswordEditor{secrets}, PasswordFileError) << secrets;
    const std::string twice = secret_line + secret_line;
    EXPECT_THROW(PasswordEditor{twice}, PasswordFileError);
    EXPECT_THROW(PasswordEditor("").withPassword("alice", des, "short"), PasswordFileError);
}

TEST(PasswordEditor, EveryResultCanBeEditedAgain)
{
    SecretText now = PasswordEditor("").withPassword("user0", des, secret);
    for (int i = 1; i < 50; ++i)
        now = PasswordEditor(now.view()).withPassword("user" + std::to_string(i), des, "");
    for (int i = 0; i < 50; i += 2)
        now = PasswordEditor(now.view()).withoutUser("user" + std::to_string(i), "");
    const PasswordEditor editor(now.view());
    ASSERT_EQ(editor.users().size(), 25U);
    EXPECT_EQ(editor.users().front().name, "user1");
    EXPECT_EQ(editor.users().back().name, "user49");
}

TEST(MakeFileSecret, IsOf43CharactersAndNeverTheSame)
{
    std::set<std::string> made;
    for (int i = 0; i < 100; ++i) {
        const auto one = makeFileSecret();
        EXPECT_EQ(one.size(), 43U);
        EXPECT_EQ(one.view().find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./"),
                  std::string_view::npos);
        made.insert(text(one));
    }
    EXPECT_EQ(made.size(), 100U);
}
