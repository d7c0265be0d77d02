#include "tool/image/TargetFile.hxx"
#include "tool/ToolError.hxx"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

using namespace netsane;
namespace fs = std::filesystem;

namespace {

class TargetFileTest : public testing::Test {
protected:
    TargetFileTest()
    {
        std::string name = testing::TempDir() + "netsane-target-XXXXXX";
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
        path_ = folder_ / "page.png";
    }
    ~TargetFileTest() override { fs::remove_all(folder_); }

    std::size_t entries() const
    {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
    }
    std::string text() const
    {
        std::ifstream in(path_);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void put(const char *content) { std::ofstream(path_) << content; }

    fs::path folder_;
    fs::path path_;
};

} // namespace

TEST_F(TargetFileTest, AnIncompleteOneReplacesNothing)
{
    put("old");
    for (const char *const name : {"page.incomplete.png", "page.incomplete-2.png", "page.incomplete-3.png"}) {
        TargetFile file(path_);
        std::fputs(name, file.stream());
        EXPECT_EQ(file.commitIncomplete(), folder_ / name);
    }
    fs::create_directory(folder_ / "page.incomplete-4.png");
    TargetFile file(path_);
    EXPECT_EQ(file.commitIncomplete(), folder_ / "page.incomplete-5.png");
    EXPECT_EQ(text(), "old");
    path_ = folder_ / "page.incomplete.png";
    EXPECT_EQ(text(), "page.incomplete.png");
    EXPECT_EQ(entries(), 6U);
}

TEST_F(TargetFileTest, AppearsWhole)
{
    TargetFile file(path_);
    std::fputs("new", file.stream());
    EXPECT_FALSE(fs::exists(path_));
    file.commit();
    EXPECT_EQ(text(), "new");
    EXPECT_EQ(entries(), 1U);
    struct stat status {};
    ASSERT_EQ(::stat(path_.c_str(), &status), 0);
    const auto mask = ::umask(022);
    ::umask(mask);
    EXPECT_EQ(status.st_mode & 0777U, 0666U & ~mask);
}

TEST_F(TargetFileTest, LeavesNothingUnlessCommitted)
{
    put("old");
    {
        TargetFile file(path_);
        std::fputs("new", file.stream());
        std::fflush(file.stream());
    }
    EXPECT_EQ(text(), "old");
    EXPECT_EQ(entries(), 1U);
}

TEST_F(TargetFileTest, TakesThePlaceOfAnOlderOne)
{
    put("old");
    TargetFile file(path_);
    std::fputs("new", file.stream());
    EXPECT_EQ(text(), "old");
    file.commit();
    EXPECT_EQ(text(), "new");
    EXPECT_EQ(entries(), 1U);
}

TEST_F(TargetFileTest, LeavesALinkToItAlone)
{
    put("old");
    const auto link = folder_ / "link.png";
    fs::create_symlink(path_, link);
    TargetFile file(link);
    std::fputs("new", file.stream());
    file.commit();
    EXPECT_TRUE(fs::is_symlink(link));
    EXPECT_EQ(text(), "new");
}

TEST_F(TargetFileTest, RefusesWhatIsNoFile)
{
    EXPECT_THROW(TargetFile{folder_}, ToolError);
    EXPECT_THROW(TargetFile{"/dev/null"}, ToolError);
    EXPECT_THROW(TargetFile{folder_ / "none" / "page.png"}, std::system_error);
    EXPECT_THROW(TargetFile{path_ / ""}, std::exception);
}
