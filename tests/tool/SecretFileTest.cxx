#include "tool/passwd/SecretFile.hxx"
#include "tool/ToolError.hxx"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

using namespace netsane;
using namespace std::chrono_literals;

namespace {

class SecretFileTest : public testing::Test {
protected:
    SecretFileTest()
    {
        char name[] = "/tmp/netsane-secret-XXXXXX";
        folder = ::mkdtemp(name);
        path = folder + "/users";
    }
    ~SecretFileTest() override { std::filesystem::remove_all(folder); }

    void write(const std::string &text, mode_t mode = 0600) const
    {
        std::ofstream(path, std::ios::trunc) << text;
        ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    }

    std::string content() const
    {
        std::ostringstream text;
        text << std::ifstream(path).rdbuf();
        return text.str();
    }

    mode_t mode() const
    {
        struct stat status {};
        EXPECT_EQ(::stat(path.c_str(), &status), 0);
        return status.st_mode & 07777U;
    }

    // What else lies in the folder: lock and temporary file must not stay.
    std::size_t entries() const
    {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
    }

    void replaceBy(const std::string &text, SecretFile::Owners owners = {}) const
    {
        SecretFile file(path, owners);
        file.lock(10s);
        file.read();
        file.replace(text);
    }

    template<typename Function>
    static std::string refusalOf(Function function)
    {
        try {
            function();
            return "no refusal";
        } catch (const ToolError &error) {
            return error.what();
        }
    }

    std::string folder;
    std::string path;
};

} // namespace

TEST_F(SecretFileTest, MakesAFileThatNobodyElseReads)
{
    const auto before = ::umask(0);
    {
        SecretFile file(path, {});
        file.lock(10s);
        EXPECT_FALSE(file.read());
        file.replace("new\n");
    }
    ::umask(before);
    EXPECT_EQ(content(), "new\n");
    EXPECT_EQ(mode(), 0600U);
    EXPECT_EQ(entries(), 1U);
}

TEST_F(SecretFileTest, ReplacesByAnotherFile)
{
    write("old\n");
    const std::ifstream reader(path);
    SecretFile file(path, {});
    file.lock(10s);
    EXPECT_EQ(file.read()->view(), "old\n");
    EXPECT_EQ(entries(), 2U) << "with the lock";
    file.replace("new\n");
    EXPECT_EQ(content(), "new\n");
    std::ostringstream still;
    still << reader.rdbuf();
    EXPECT_EQ(still.str(), "old\n") << "who has it open reads the old one to its end";
}

TEST_F(SecretFileTest, KeepsTheGroupsRightToReadAndNothingElse)
{
    const struct {
        mode_t before;
        mode_t after;
    } table[] = {{0600, 0600}, {0640, 0640}, {0400, 0600}, {0440, 0640}, {0644, 0640}, {0604, 0600}, {0750, 0640}};
    for (const auto &row : table) {
        write("old", row.before);
        replaceBy("new");
        EXPECT_EQ(mode(), row.after) << std::oct << row.before;
    }
}

TEST_F(SecretFileTest, GivesANewFileItsGroup)
{
    replaceBy("new", {{}, ::getegid()});
    EXPECT_EQ(mode(), 0640U);
    write("x", 0600);
    replaceBy("new", {{}, ::getegid()});
    EXPECT_EQ(mode(), 0600U) << "an old one stays as it is";
}

TEST_F(SecretFileTest, KeepsTheOwner)
{
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root can";
    write("old", 0640);
    ASSERT_EQ(::chown(path.c_str(), 65534, 7), 0);
    EXPECT_NE(refusalOf([&] { replaceBy("new"); }).find("belongs to uid 65534"), std::string::npos);
    replaceBy("new", {uid_t{65534}, {}});
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, 65534U);
    EXPECT_EQ(status.st_gid, 7U);
    EXPECT_EQ(mode(), 0640U);
}

TEST_F(SecretFileTest, SaysThatEverybodyCouldRead)
{
    write("old", 0644);
    SecretFile file(path, {});
    file.read();
    EXPECT_TRUE(file.isReadableByAll());
}

TEST_F(SecretFileTest, RefusesWhatOthersMayHaveWritten)
{
    for (const mode_t mode : {0620U, 0602U, 0666U}) {
        write("old", mode);
        EXPECT_NE(refusalOf([&] { replaceBy("new"); }).find("writable by group or others"), std::string::npos);
        EXPECT_EQ(content(), "old");
    }
    write("old");
    ASSERT_EQ(::chmod(folder.c_str(), 0777), 0);
    EXPECT_NE(refusalOf([&] { replaceBy("new"); }).find("its folder can't be used"), std::string::npos);
}

TEST_F(SecretFileTest, RefusesWhatIsNoFile)
{
    std::filesystem::create_symlink("elsewhere", path);
    EXPECT_NE(refusalOf([&] { replaceBy("new"); }).find("symbolic link"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(folder + "/elsewhere"));
    std::filesystem::remove(path);
    std::filesystem::create_directory(path);
    EXPECT_NE(refusalOf([&] { replaceBy("new"); }).find("not a regular file"), std::string::npos);
    std::filesystem::remove(path);
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_NE(refusalOf([&] { replaceBy("new"); }).find("not a regular file"), std::string::npos);
    EXPECT_EQ(entries(), 1U);
    EXPECT_NE(refusalOf([&] { SecretFile(folder + "/none/users", {}); }).find("No such file"), std::string::npos);
    EXPECT_NE(refusalOf([&] { SecretFile(folder + "/", {}); }).find("not the name"), std::string::npos);
    EXPECT_NE(refusalOf([&] { SecretFile(folder + "/..", {}); }).find("not the name"), std::string::npos);
}

TEST_F(SecretFileTest, RefusesTooMuch)
{
    write(std::string(SecretFile::max_bytes + 1, 'x'));
    EXPECT_NE(refusalOf([&] { replaceBy("new"); }).find("larger than"), std::string::npos);
    write("old");
    EXPECT_NE(refusalOf([&] { replaceBy(std::string(SecretFile::max_bytes + 1, 'x')); }).find("larger than"),
              std::string::npos);
    EXPECT_EQ(content(), "old");
}

TEST_F(SecretFileTest, NoticesWhoTakesNoLock)
{
    write("old");
    SecretFile file(path, {});
    file.lock(10s);
    file.read();
    write("from an editor");
    EXPECT_NE(refusalOf([&] { file.replace("new"); }).find("somebody else"), std::string::npos);
    EXPECT_EQ(content(), "from an editor");
    std::filesystem::remove(path);
    EXPECT_NE(refusalOf([&] { file.replace("new"); }).find("somebody else"), std::string::npos);
    EXPECT_FALSE(file.read());
    write("made meanwhile");
    EXPECT_NE(refusalOf([&] { file.replace("new"); }).find("somebody else"), std::string::npos);
    EXPECT_EQ(content(), "made meanwhile");
}

TEST_F(SecretFileTest, WaitsForTheLockAndGivesUp)
{
    write("old");
    {
        SecretFile holder(path, {});
        holder.lock(10s);
        SecretFile other(path, {});
        EXPECT_NE(refusalOf([&] { other.lock(50ms); }).find("another program holds the lock"), std::string::npos);
        EXPECT_EQ(entries(), 2U) << "who gives up leaves the holder's lock";
    }
    EXPECT_EQ(entries(), 1U);
    SecretFile next(path, {});
    next.lock(0ms);
}

TEST_F(SecretFileTest, ClearsUpAfterAProgramThatWasKilled)
{
    write("old");
    std::ofstream(path + ".netsane-new") << "half";
    std::ofstream(path + ".lock");
    replaceBy("new");
    EXPECT_EQ(content(), "new");
    EXPECT_EQ(entries(), 1U);
}

TEST_F(SecretFileTest, LocksNothingThroughASymbolicLink)
{
    write("old");
    std::filesystem::create_symlink("elsewhere", path + ".lock");
    EXPECT_NE(refusalOf([&] { replaceBy("new"); }).find("users.lock"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(folder + "/elsewhere"));
}
