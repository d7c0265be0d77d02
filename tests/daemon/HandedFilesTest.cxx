#include "daemon/HandedFiles.hxx"

#include "os/Socket.hxx"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace netsane;

namespace {

class HandedFilesTest : public testing::Test {
protected:
    HandedFilesTest()
    {
        std::string name = "/tmp/netsane-test-XXXXXX";
        folder = ::mkdtemp(name.data());
    }
    ~HandedFilesTest() override { std::filesystem::remove_all(folder); }

    std::string write(const std::string &name, mode_t mode) const
    {
        std::ofstream(folder + "/" + name) << name;
        EXPECT_EQ(::chmod((folder + "/" + name).c_str(), mode), 0);
        return folder + "/" + name;
    }

    std::string folder;
};

} // namespace

TEST_F(HandedFilesTest, OpensWhatTheMethodsInUseName)
{
    ServerConfig config;
    config.crypt = {"tls", "none"};
    config.crypt_settings["tls"] = {{"certificate", write("c", 0644)}, {"key", write("k", 0600)}, {"version", "1.3"}};
    config.crypt_settings["other"] = {{"key", write("other", 0600)}};
    const HandedFiles files(config);
    ASSERT_EQ(files.list().size(), 2U);
    EXPECT_EQ(files.list()[0].path, folder + "/c");
    EXPECT_EQ(files.list()[0].failure, "");
    const auto fds = files.duplicates();
    ASSERT_EQ(fds.size(), 2U);
    char text = 0;
    EXPECT_EQ(::pread(fds[1].get(), &text, 1, 0), 1);
    EXPECT_EQ(text, 'k');
}

TEST_F(HandedFilesTest, KeepsTheReasonOfWhatCannotBeOpened)
{
    ServerConfig config;
    config.crypt = {"tls"};
    config.crypt_settings["tls"] = {
        {"a", folder + "/missing"}, {"b", write("open", 0666)}, {"c", folder}, {"d", write("good", 0600)}};
    const HandedFiles files(config);
    ASSERT_EQ(files.list().size(), 4U);
    for (const auto &file : files.list())
        EXPECT_EQ(file.failure.empty(), file.path == folder + "/good") << file.path << ": " << file.failure;
    EXPECT_EQ(files.duplicates().size(), 1U);
    EXPECT_EQ(files.list()[2].failure, folder + "/missing: No such file or directory");
}

TEST_F(HandedFilesTest, RefusesMoreThanAPacketCarries)
{
    ServerConfig config;
    config.crypt = {"tls"};
    for (std::size_t i = 0; i <= max_packet_fds; ++i)
        config.crypt_settings["tls"]["key" + std::to_string(i)] = "/" + std::to_string(i);
    EXPECT_THROW(HandedFiles{config}, ConfigError);
    config.crypt_settings["tls"].erase("key0");
    EXPECT_NO_THROW(HandedFiles{config});
}
